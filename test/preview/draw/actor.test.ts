import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, it } from 'vitest';
import { FRAMING } from '../../../lens/Assets/EmotionDetector/Framing.ts';
import { EMOTIONS } from '../../../ml/core/emotions.ts';
import type { TrackedFace } from '../../../ml/faces/face.ts';
import { Actor, type ActorFrame } from '../../../tools/preview/page/sources/drawn/actor.ts';

const MODEL = fileURLToPath(new URL('../../../ml/models/emotion/emotion.int8.onnx', import.meta.url));
/** Side of what the model sees. */
const SIDE = 192;
const SIZE = { width: 640, height: 480 };

type Point = readonly [number, number];

function mean({ points }: TrackedFace, first: number, last: number): Point {
  let [x, y] = [0, 0];
  for (let i = first; i <= last; i++) [x, y] = [x + points[2 * i], y + points[2 * i + 1]];
  return [x / (last - first + 1), y / (last - first + 1)];
}

/** A face as FRAMING has it, by the nearest pixels. @returns [3, SIDE, SIDE] in −1..1. */
function cropOf({ pixels, width, height }: ActorFrame, face: TrackedFace): Float32Array {
  const [left, right, mouth] = [mean(face, 36, 41), mean(face, 42, 47), mean(face, 48, 67)];
  const [acrossX, acrossY] = [right[0] - left[0], right[1] - left[1]];
  const step = 1 / FRAMING.eyeDistance / SIDE;
  const down = (0.5 - FRAMING.eyeLine) / (FRAMING.mouthLine - FRAMING.eyeLine);
  const middle = [0, 1].map((axis) => {
    const eyes = (left[axis] + right[axis]) / 2;
    return eyes + down * (mouth[axis] - eyes);
  });
  const crop = new Float32Array(3 * SIDE * SIDE);
  for (let row = 0; row < SIDE; row++)
    for (let column = 0; column < SIDE; column++) {
      const [u, v] = [(column + 0.5 - SIDE / 2) * step, (row + 0.5 - SIDE / 2) * step];
      const x = Math.min(width - 1, Math.max(0, Math.floor(middle[0] + u * acrossX - v * acrossY)));
      const y = Math.min(height - 1, Math.max(0, Math.floor(middle[1] + u * acrossY + v * acrossX)));
      for (let channel = 0; channel < 3; channel++)
        crop[(channel * SIDE + row) * SIDE + column] = pixels[4 * (y * width + x) + channel] / 127.5 - 1;
    }
  return crop;
}

describe('drawn people', () => {
  let session: ort.InferenceSession;
  const actor = new Actor({ ...SIZE, people: 2 });
  beforeAll(async () => {
    session = await ort.InferenceSession.create(await readFile(MODEL), { logSeverityLevel: 3 });
    while (actor.prepare());
  });

  it.each(EMOTIONS)('look %s to the shipped model, whatever they do with their heads', async (emotion) => {
    for (const person of [0, 1]) actor.show(emotion, person, true);
    for (let time = 0; time < 20; time += 2.5) {
      const frame = actor.frame(time, 0);
      for (const face of frame.faces) {
        const image = new ort.Tensor('float32', cropOf(frame, face), [1, 3, SIDE, SIDE]);
        const output = (await session.run({ [session.inputNames[0]]: image }))[session.outputNames[0]];
        expect((output.data as Float32Array)[EMOTIONS.indexOf(emotion)]).toBeGreaterThanOrEqual(0.55);
      }
    }
  });

  it('have their landmarks where they are drawn', () => {
    for (const person of [0, 1]) actor.show('Neutral', person, true);
    const { pixels, width, faces } = actor.frame(3, 0);
    const tone = ([x, y]: Point) => {
      let sum = 0;
      for (let dy = -1; dy <= 1; dy++)
        for (let dx = -1; dx <= 1; dx++) sum += pixels[4 * ((Math.round(y) + dy) * width + Math.round(x) + dx) + 1];
      return sum / 9;
    };
    for (const face of faces) {
      const skin = tone(mean(face, 29, 30));
      // Pupils, brows and nostrils are darker than the nose's ridge.
      for (const [first, last] of [
        [36, 41],
        [42, 47],
        [19, 19],
        [24, 24],
      ])
        expect(tone(mean(face, first, last))).toBeLessThan(0.75 * skin);
      expect(face.score).toBe(1);
      // The eyes are 6.3 cm apart, above the middle of the head, and lie along its roll.
      const [left, right, mouth] = [mean(face, 36, 41), mean(face, 42, 47), mean(face, 48, 67)];
      expect(Math.hypot(right[0] - left[0], right[1] - left[1]) / face.pose.scale).toBeCloseTo(6.3, 3);
      expect(Math.atan2(right[1] - left[1], right[0] - left[0])).toBeCloseTo(face.pose.roll, 1);
      expect(face.pose.y).toBeGreaterThan(left[1]);
      expect(face.pose.y).toBeLessThan(mouth[1]);
      // Order of iBUG: the jaw from left to right, the chin below the mouth, brows above eyes.
      expect(face.points[0]).toBeLessThan(face.points[32]);
      expect(face.points[17]).toBeGreaterThan(mouth[1]);
      expect(mean(face, 17, 21)[1]).toBeLessThan(left[1]);
      expect(mean(face, 22, 26)[1]).toBeLessThan(right[1]);
    }
  });

  it('stay in the frame, move little from frame to frame, and are the same each time', () => {
    const [phone, other] = [0, 1].map(() => new Actor({ width: 270, height: 480, people: 1 }));
    let before: TrackedFace | undefined;
    for (let i = 0; i < 90; i++) {
      const { faces, pixels } = phone.frame(i / 30, 1 / 30);
      const [face] = faces;
      for (let p = 0; p < 136; p += 2) {
        expect(Math.abs(face.points[p] - 135)).toBeLessThan(130);
        expect(Math.abs(face.points[p + 1] - 240)).toBeLessThan(235);
        if (before) expect(Math.abs(face.points[p] - before.points[p])).toBeLessThan(3);
      }
      before = face;
      if (i % 30 === 0)
        expect(Buffer.compare(Buffer.from(pixels), Buffer.from(other.frame(i / 30, 1 / 30).pixels))).toBe(0);
    }
  });

  it('go from one expression to another in 0.3 s, whatever the frame rate', () => {
    const chinAfter = (frames: number, seconds: number) => {
      const one = new Actor({ width: 320, height: 240, people: 1 });
      one.show('Neutral', 0, true);
      one.show('Surprise', 0);
      let chin = 0;
      for (let i = 1; i <= frames; i++) chin = one.frame(0, seconds / frames).faces[0].points[17];
      return chin;
    };
    const [start, half, end] = [chinAfter(1, 0), chinAfter(9, 0.15), chinAfter(9, 0.31)];
    expect(end - start).toBeGreaterThan(2);
    expect(half).toBeCloseTo((start + end) / 2, 1);
    expect(chinAfter(2, 0.15)).toBeCloseTo(half, 2);
    expect(chinAfter(9, 2)).toBeCloseTo(end, 3);
  });
});
