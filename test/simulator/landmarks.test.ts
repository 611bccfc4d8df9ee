import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { EMOTIONS, type Emotion } from '../../ml/core/emotions.ts';
import { LANDMARK_VALUES, normalizeLandmarks } from '../../ml/core/landmarks68.ts';
import type { ScreenSize } from '../../tools/simulator/lens.ts';
import { loadLens } from '../../tools/simulator/session/load-lens.ts';
import { Session, type SessionOptions } from '../../tools/simulator/session/session.ts';
import { temporaryFolder } from '../data/helpers.ts';
import { drawnPoints, studioPoints } from '../lens/landmark-faces.ts';
import { READY } from '../lens/ready.ts';
import { withLandmarkModel } from './landmark-lens.ts';
import { landmarkOnnx, landmarkTflite } from './landmark-models.ts';

const PHONE: ScreenSize = { width: 450, height: 800 };
const PICTURE = { size: 48, pixels: new Uint8Array(48 * 48).fill(128) };
const HEAD = 'Face Landmarks';

const shipped = await loadLens('lens');
const lens = withLandmarkModel(shipped);

const sessions: Session[] = [];
afterEach(async () => {
  for (const session of sessions.splice(0)) await session.close();
});

function start(options: Partial<SessionOptions>): Session {
  const session = new Session({ lens, ...options });
  sessions.push(session);
  return session;
}

/** A second with a face whose landmarks are followed. */
function look(session: Session, emotion: Emotion, screen = PHONE): Promise<void> {
  const points = studioPoints(drawnPoints(emotion, screen), screen);
  return session.run(1, () => session.lens.landmarks(0, points, screen));
}

const expression = ({ frames }: Session) => EMOTIONS[frames.at(-1)!.emotion];

describe('a model that takes landmarks', () => {
  const folder = temporaryFolder();

  it.each([
    ['onnx', landmarkOnnx],
    ['tflite', landmarkTflite],
  ] as const)('sees the mouth open and close, and knows when there are none: .%s', async (ending, build) => {
    const model = join(folder, `model.${ending}`);
    writeFileSync(model, build());
    const session = start({ model });
    session.find(0, PICTURE);
    await session.run(0.5);
    expect(expression(session)).toBe('Neutral');
    await look(session, 'Surprise');
    expect(expression(session)).toBe('Surprise');
    await look(session, 'Neutral');
    expect(expression(session)).toBe('Happy');
    session.lose(0);
    await session.run(2);
    session.find(0, PICTURE);
    await session.run(0.5);
    expect(expression(session)).toBe('Neutral');
    expect(session.lens.log).toEqual([READY]);
    expect(session.lens.problems).toEqual([]);
  });

  it('that does not fit its import settings is told by its inputs', async () => {
    const model = join(folder, 'short.onnx');
    writeFileSync(model, landmarkOnnx(134));
    const session = start({ model });
    await session.run(0.5);
    expect(session.lens.log).toEqual([
      expect.stringMatching(/\[1, 3, 8, 8\] and \[1, 134, 1, 1\]; its import settings say .* and \[1, 136, 1, 1\]/),
    ]);
  });
});

describe('what a model that takes landmarks gets', () => {
  /** A session with a model that keeps the landmarks of its last run. */
  function watched(options: Partial<SessionOptions> = {}) {
    let landmarks = new Float32Array();
    const answer = new Float32Array(EMOTIONS.length).fill(1 / EMOTIONS.length);
    const run = async ([, points]: readonly Float32Array[]) => {
      landmarks = Float32Array.from(points);
      return [answer];
    };
    return { session: start({ model: { run }, ...options }), last: () => landmarks };
  }

  it.each([
    PHONE,
    { width: 1000, height: 500 },
    { width: 640, height: 480 },
  ])('are the normalised points of the face on a screen of $width × $height', async (screen) => {
    const { session, last } = watched();
    session.find(0, PICTURE);
    await look(session, 'Happy', screen);
    const expected = new Float32Array(LANDMARK_VALUES);
    normalizeLandmarks(drawnPoints('Happy', screen), expected);
    for (const [i, value] of last().entries()) expect(value).toBeCloseTo(expected[i], 4);
  });

  it('are zeros before there are any, of a face that is lost, of other faces, and of points that are none', async () => {
    const { session, last } = watched();
    const zeros = new Float32Array(LANDMARK_VALUES);
    session.find(0, PICTURE);
    await session.run(0.3);
    expect(last()).toEqual(zeros);
    await look(session, 'Happy');
    expect(last()).not.toEqual(zeros);
    session.lose(0);
    session.find(0, PICTURE);
    await session.run(0.3);
    expect(last()).toEqual(zeros);
    for (const points of [
      studioPoints(new Float32Array(LANDMARK_VALUES), PHONE),
      studioPoints(new Float32Array(LANDMARK_VALUES).fill(Number.NaN), PHONE),
      studioPoints(drawnPoints('Happy', PHONE), PHONE).slice(0, 5),
    ]) {
      await look(session, 'Happy');
      await session.run(0.3, () => session.lens.landmarks(0, points, PHONE));
      expect(last()).toEqual(zeros);
    }
    session.lens.landmarks(1, studioPoints(drawnPoints('Happy', PHONE), PHONE), PHONE);
    await session.run(0.3);
    expect(last()).toEqual(zeros);
  });

  it('come by a head below the camera, that goes with the detector', async () => {
    const { session } = watched();
    await session.run(0.5);
    const names = session.lens.objects().map(({ name }) => name);
    expect(names.indexOf(HEAD)).toBeGreaterThan(names.indexOf('Camera Object'));
    expect(names.indexOf(HEAD)).toBeLessThan(names.indexOf('Emotion Lens'));
    session.lens.destroy();
    expect(session.lens.objects()).toEqual([]);
    expect(session.lens.log).toEqual([READY]);
  });

  it('is not asked for by a model without them', async () => {
    const session = start({ lens: shipped });
    session.find(0, PICTURE);
    await look(session, 'Happy');
    expect(session.answers.length).toBeGreaterThan(5);
    expect(session.lens.objects().map(({ name }) => name)).not.toContain(HEAD);
  });
});
