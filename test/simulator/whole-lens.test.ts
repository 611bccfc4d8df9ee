import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { EMOTIONS } from '../../ml/core/emotions.ts';
import { Random } from '../../ml/core/random.ts';
import { loadPredictor } from '../../ml/runtime/predictor.ts';
import { loadLens } from '../../tools/simulator/session/load-lens.ts';
import {
  type FrameRecord,
  type Picture,
  Session,
  type SessionOptions,
  switchesPerMinute,
} from '../../tools/simulator/session/session.ts';
import { facesIn, temporaryFolder } from '../data/helpers.ts';
import { READY } from '../lens/ready.ts';
import { needing } from '../real-data.ts';
import { between, noisy, SOURCES, sureFaces } from './faces.ts';
import { inputsOf } from './overrides.ts';

const NONE = -1;
const [, , , HAPPY, , SURPRISE, NEUTRAL] = EMOTIONS.keys();
const effectOf = (emotion: number) => `${EMOTIONS[emotion]} Effect`;

/** Seconds within which the lens must follow. */
const PROMPT = 0.5;
/** Longest fade of an effect in the scene, with what a frame adds. */
const FADE = 1.3;

const lens = await loadLens('lens');

const sessions: Session[] = [];
afterEach(async () => {
  for (const session of sessions.splice(0)) await session.close();
});

function start(options: Partial<SessionOptions> = {}): Session {
  const session = new Session({ lens, ...options });
  sessions.push(session);
  return session;
}

const since = ({ frames }: Session, time: number): FrameRecord[] => frames.filter((frame) => frame.time >= time);
const last = ({ frames }: Session): FrameRecord => frames[frames.length - 1];

/** Expressions in the order in which they were decided on, with the time. */
function decisions({ frames }: Session): { emotion: number; time: number }[] {
  return frames.filter(({ emotion }, i) => emotion !== (i === 0 ? NONE : frames[i - 1].emotion));
}

for (const { name, files, load } of SOURCES)
  describe(`the shipped lens with its 8-bit model and ${name}`, { timeout: 120_000, ...needing(...files) }, () => {
    const cache = temporaryFolder();
    let faces: Map<number, Picture>;
    const face = (emotion: number) => faces.get(emotion)!;

    beforeAll(async () => {
      faces = await sureFaces(await load(cache));
    });

    /** One face that changes its expression every two seconds. */
    async function showAll(options: Partial<SessionOptions> = {}, session = start(options)): Promise<Session> {
      session.find(0, face(HAPPY));
      for (const emotion of faces.keys()) {
        session.show(0, face(emotion));
        await session.run(2);
      }
      return session;
    }

    let shown: Promise<Session> | undefined;
    /** {@link showAll} with the options of the lens, which several tests look at; it gives the same record each time. */
    const shownAll = () => {
      shown ??= showAll({}, new Session({ lens }));
      return shown;
    };
    afterAll(async () => (await shown)?.close());

    it('has sure faces for three expressions at least', () => {
      for (const emotion of [HAPPY, SURPRISE, NEUTRAL]) expect(faces.has(emotion)).toBe(true);
    });

    it('sees what the model sees elsewhere', async () => {
      const predictor = await loadPredictor('ml/models/emotion/emotion.int8.tflite');
      const session = start();
      for (const picture of faces.values()) {
        session.find(0, picture);
        await session.run(0.5);
        const expected = await predictor.predict(facesIn(picture.pixels));
        // Its picture is rounded to whole grey levels, and its answers to 1/256.
        for (const [i, value] of session.answers.at(-1)!.value.entries())
          expect(Math.abs(value - expected[i])).toBeLessThan(0.03);
      }
      await predictor.close();
    });

    it('shows the right effect and plays its sound within half a second', async () => {
      const session = await shownAll();
      expect(session.lens.problems).toEqual([]);
      expect(session.lens.log).toEqual([READY]);
      [...faces.keys()].forEach((emotion, turn) => {
        const during = session.frames.filter(({ time }) => time > 2 * turn + PROMPT && time <= 2 * turn + 2);
        for (const frame of during) {
          expect(frame.emotion).toBe(emotion);
          expect(frame.effects).toContain(effectOf(emotion));
          expect(frame.intensity).toBeGreaterThan(0.4);
        }
        expect(during.at(-1)!.effects).toEqual([effectOf(emotion)]);
        const heard = session.sounds.filter(({ time }) => time > 2 * turn && time <= 2 * turn + 2);
        expect(heard.map(({ value }) => value)).toEqual([EMOTIONS[emotion]]);
        expect(heard[0].time).toBeLessThanOrEqual(2 * turn + PROMPT);
      });
      expect(decisions(session)).toHaveLength(faces.size);
    });

    it('does not flicker under noise', async () => {
      let before = 0;
      let worst = 0;
      for (const [emotion, other] of [
        [HAPPY, NEUTRAL],
        [SURPRISE, NEUTRAL],
      ])
        for (const share of [0, 0.35, 0.5]) {
          const picture = between(face(emotion), face(other), share);
          const random = new Random(emotion, 100 * share);
          const session = start({ fps: 15 });
          session.find(0, picture);
          await session.run(12, () => session.show(0, noisy(picture, 20, random)));
          const switches = switchesPerMinute(session, 1, 12);
          before = Math.max(before, switches.before);
          worst = Math.max(worst, switches.after);
          // A face that is no mixture holds still.
          if (share === 0) expect(switches.after).toBe(0);
          if (switches.before > 60) expect(switches.after).toBeLessThan(switches.before / 4);
        }
      // The model alone changes its mind in most of its answers; what is shown never faster than it must be held.
      expect(before).toBeGreaterThan(250);
      expect(worst).toBeLessThan(60);
    });

    it('with personal calibration decides the same as soon, and as steadily', async () => {
      const sessions: Session[] = [];
      for (const calibration of [0, 0.5]) {
        const session = start({ fps: 15, overrides: inputsOf(lens.program, 'EmotionDetector', { calibration }) });
        sessions.push(session);
        const random = new Random(7);
        session.find(0, face(NEUTRAL));
        for (const [emotion, seconds] of [
          [NEUTRAL, 7],
          [HAPPY, 2],
          [NEUTRAL, 2],
          [SURPRISE, 2],
        ])
          await session.run(seconds, () => session.show(0, noisy(face(emotion), 3, random)));
        expect(session.lens.log).toEqual([READY]);
      }
      const [without, calibrated] = sessions.map(decisions);
      expect(calibrated.map(({ emotion }) => emotion)).toEqual([NEUTRAL, HAPPY, NEUTRAL, SURPRISE]);
      expect(without.map(({ emotion }) => emotion)).toEqual([NEUTRAL, HAPPY, NEUTRAL, SURPRISE]);
      calibrated.forEach(({ time }, i) => {
        expect(Math.abs(time - without[i].time)).toBeLessThan(0.1);
      });
      // It has learned something meanwhile: the same face does not get the same answer.
      expect(sessions[0].frames.map(({ intensity }) => intensity)).not.toEqual(
        sessions[1].frames.map(({ intensity }) => intensity),
      );
    });

    it('goes on when the face is lost for a moment, ends when it is gone, begins when it is back', async () => {
      const session = start();
      session.find(0, face(HAPPY));
      await session.run(1);
      session.lose(0);
      await session.run(0.2);
      session.find(0, face(HAPPY));
      await session.run(0.5);
      for (const { emotion } of since(session, PROMPT)) expect(emotion).toBe(HAPPY);
      session.lose(0);
      const gone = session.now;
      await session.run(0.8 + FADE);
      for (const { emotion, intensity } of since(session, gone + 0.85)) expect([emotion, intensity]).toEqual([NONE, 0]);
      expect(last(session).effects).toEqual([]);
      const answers = session.answers.length;
      await session.run(1);
      expect(session.answers).toHaveLength(answers);
      const back = session.now;
      session.find(0, face(SURPRISE));
      await session.run(1);
      for (const { emotion, effects } of since(session, back + PROMPT)) {
        expect(emotion).toBe(SURPRISE);
        expect(effects).toEqual([effectOf(SURPRISE)]);
      }
    });

    it('decides the same at 15, 30, 60 and 120 frames a second', async () => {
      const all: ReturnType<typeof decisions>[] = [];
      for (const fps of [15, 30, 60, 120]) all.push(decisions(await (fps === 30 ? shownAll() : showAll({ fps }))));
      for (const some of all) {
        expect(some.map(({ emotion }) => emotion)).toEqual([...faces.keys()]);
        // One frame of the slowest, and one run of the model.
        some.forEach(({ time }, i) => {
          expect(Math.abs(time - all[3][i].time)).toBeLessThan(0.15);
        });
      }
    });

    it('goes on while the model is slow, and is right once it has answered', async () => {
      const latency = 0.8;
      const session = start({ latency });
      session.find(0, face(HAPPY));
      await session.run(4);
      session.show(0, face(SURPRISE));
      await session.run(4);
      expect(session.frames).toHaveLength(240);
      expect(session.answers.length).toBeGreaterThan(7);
      expect(session.answers.length).toBeLessThanOrEqual(10);
      for (const { time, emotion } of session.frames) {
        if (time < latency) expect(emotion).toBe(NONE);
        if (time > latency + PROMPT && time < 4) expect(emotion).toBe(HAPPY);
        if (time > 4 + 2 * latency + PROMPT) expect(emotion).toBe(SURPRISE);
      }
      expect(session.lens.log).toEqual([READY]);
    });

    it.each([
      [0, HAPPY],
      [1, SURPRISE],
    ])('follows face %i of two', async (faceIndex, expected) => {
      const session = start({ overrides: inputsOf(lens.program, 'EmotionDetector', { faceIndex }) });
      session.find(0, face(HAPPY));
      await session.run(0.5);
      session.find(1, face(SURPRISE));
      await session.run(1.5);
      expect([last(session).emotion, last(session).effects]).toEqual([expected, [effectOf(expected)]]);
      session.lose(1 - faceIndex);
      await session.run(2);
      expect([last(session).emotion, last(session).effects]).toEqual([expected, [effectOf(expected)]]);
      session.lose(faceIndex);
      await session.run(2.5);
      expect([last(session).emotion, last(session).effects]).toEqual([NONE, []]);
    });

    it('decides the same with the float model, with the 8-bit one as ONNX, and each time', async () => {
      const one = await shownAll();
      const expected = decisions(one).map(({ emotion }) => emotion);
      for (const file of ['emotion.onnx', 'emotion.int8.onnx']) {
        const session = await showAll({ model: `ml/models/emotion/${file}` });
        expect(decisions(session).map(({ emotion }) => emotion)).toEqual(expected);
      }
      const two = await showAll();
      expect(two.frames).toEqual(one.frames);
      expect(two.answers).toEqual(one.answers);
    });
  });

describe('a model that does not load', () => {
  it.each([
    ['is no model', 'README.md', /cannot load README\.md/],
    ['is missing', 'nowhere/emotion.onnx', /nowhere\/emotion\.onnx/],
    ['is another network', 'test', /cannot load test/],
  ])('because it %s is told once, and the lens goes on without expressions', async (_, model, why) => {
    const session = start({ model });
    const picture = { size: 48, pixels: new Uint8Array(48 * 48).fill(128) };
    session.find(0, picture);
    await session.run(2);
    expect(session.lens.log).toEqual([expect.stringMatching(/^EmotionDetector: the model failed to load/)]);
    expect(session.lens.log[0]).toMatch(why);
    expect(last(session)).toMatchObject({ emotion: NONE, intensity: 0, effects: [] });
    expect(session.frames).toHaveLength(60);
  });
});
