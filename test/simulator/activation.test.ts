import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EMOTIONS } from '../../ml/core/emotions.ts';
import { loadLens } from '../../tools/simulator/session/load-lens.ts';
import { Session } from '../../tools/simulator/session/session.ts';
import { READY } from '../lens/ready.ts';
import { SCENE, SeededProject } from '../lens-validate/faults/seeded-project.ts';

const FACE = { size: 1, pixels: new Uint8Array(1) };
const NEUTRAL = EMOTIONS.indexOf('Neutral');
const SCREEN = { width: 450, height: 800 };
/** Objects that one effect makes in a frame at most: four Texts and its tint. */
const MADE_PER_FRAME = 5;

const lens = await loadLens('lens');

let session: Session;
/** What the model is sure of. */
let seen: number;
beforeEach(() => {
  seen = NEUTRAL;
  const run = async () => [Float32Array.from(EMOTIONS, (_, emotion) => (emotion === seen ? 0.94 : 0.01))];
  session = new Session({ lens, model: { run } });
});
afterEach(() => session.close());

const objects = () => session.lens.objects().length;

describe('the shipped lens, activated', () => {
  it('makes no Text before an effect is shown, then a few a frame, and none twice', async () => {
    await session.run(1);
    const atStart = session.lens.objects().map(({ name }) => name);
    expect(atStart.filter((name) => /\p{Extended_Pictographic}|^Tint$/u.test(name))).toEqual([]);
    session.find(0, FACE);
    let before = objects();
    let most = 0;
    const showAll = async () => {
      for (const emotion of EMOTIONS.keys()) {
        seen = emotion;
        await session.run(3, () => {
          most = Math.max(most, objects() - before);
          before = objects();
        });
        expect(session.frames.at(-1)!.emotion).toBe(emotion);
      }
    };
    await showAll();
    const made = objects();
    expect(made - atStart.length).toBeGreaterThan(100);
    // While one expression gives way to another, two effects are shown.
    expect(most).toBeLessThanOrEqual(2 * MADE_PER_FRAME);
    await showAll();
    expect(objects()).toBe(made);
    expect(session.lens.log).toEqual([READY]);
  });

  it("softens the skin with the scene's own face retouch, and leaves it off before and after", async () => {
    const retouches = () => session.lens.visuals(SCREEN).filter(({ kind }) => kind === 'retouch');
    await session.run(0.1);
    expect(retouches()).toEqual([]);
    session.find(0, FACE);
    await session.run(3);
    expect(retouches()).toEqual([expect.objectContaining({ softness: expect.closeTo(0.3, 1) })]);
    expect(session.lens.objects().filter(({ name }) => /Retouch/.test(name))).toHaveLength(1);
    session.lose(0);
    await session.run(3);
    expect(retouches()).toEqual([]);
  });
});

describe("a scene's face retouch", () => {
  const project = new SeededProject();
  afterEach(() => project.delete());

  it('is simulated as it is set: what is switched off does nothing', async () => {
    project.edit(SCENE, 'SoftSkinIntensity: 0.000000', 'SoftSkinIntensity: 0.700000');
    project.edit(
      SCENE,
      /TeethWhiteningEnabled: true\n {2}TeethWhiteningIntensity: 0.000000/,
      'TeethWhiteningEnabled: false\n  TeethWhiteningIntensity: 0.500000',
    );
    const { program } = await loadLens(project.folder);
    const components = program.objects.flatMap((object) => object.components);
    expect(components.filter(({ kind }) => kind === 'retouch')).toEqual([
      expect.objectContaining({ enabled: true, faceIndex: 0, softSkin: 0.7, teethWhitening: 0, eyeWhitening: 0 }),
    ]);
    expect(program.problems).toEqual([]);
  });
});
