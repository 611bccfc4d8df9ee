import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Config, ConfigSchema } from '../../ml/config/schema.ts';
import { EMOTIONS } from '../../ml/core/emotions.ts';
import { silent } from '../../ml/core/progress.ts';
import { Random } from '../../ml/core/random.ts';
import { indicesOf } from '../../ml/data/dataset.ts';
import { findUnlikelyLabels, labelMargins } from '../../ml/refine/confident-learning.ts';
import { assignFolds, predictOutOfFold } from '../../ml/refine/out-of-fold.ts';
import { averagePrecision } from '../../tools/bench/refine/precision.ts';
import { temporaryFolder } from '../data/helpers.ts';
import { STRIPES_CONFIG, stripes } from '../train/stripes.ts';

const root = temporaryFolder();
const folderOf = (name: string) => {
  const folder = join(root, name);
  mkdirSync(folder);
  return folder;
};

describe('assignFolds', () => {
  it('deals the faces of each label out evenly, by the seed', () => {
    const labels = fc.uint8Array({ minLength: 20, maxLength: 200, max: 6 });
    fc.assert(
      fc.property(labels, fc.integer({ min: 2, max: 6 }), fc.nat(99), (given, folds, seed) => {
        const faces = Uint32Array.from(given.keys()).filter((face) => face % 5 !== 0);
        const assigned = assignFolds(given, faces, folds, seed);
        expect(assignFolds(given, faces, folds, seed)).toEqual(assigned);
        for (const label of [null, ...EMOTIONS.keys()]) {
          const sizes = Array.from(
            { length: folds },
            (_, fold) =>
              [...assigned.keys()].filter((i) => assigned[i] === fold && (label === null || given[faces[i]] === label))
                .length,
          );
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});

describe('predictOutOfFold', () => {
  const configOf = (train: object): Config =>
    ConfigSchema.parse({ ...STRIPES_CONFIG, refine: { folds: 2 }, train: { ...STRIPES_CONFIG.train, ...train } });

  it('finds shuffled labels', async () => {
    const dataset = stripes(840);
    const faces = indicesOf(dataset, 'Training');
    const random = new Random(9);
    const labels = dataset.labels.slice();
    const wrong = new Set([...faces].filter(() => random.chance(0.1)));
    for (const face of wrong) labels[face] = (labels[face] + 1 + random.integer(EMOTIONS.length - 1)) % EMOTIONS.length;
    const probabilities = await predictOutOfFold({
      config: configOf({ epochs: 14, checkpointSteps: 1000, labelSmoothing: 0 }),
      dataset: { ...dataset, labels },
      faces,
      folder: folderOf('shuffled'),
      reporter: silent,
    });
    const given = Uint8Array.from(faces, (face) => labels[face]);
    const margins = labelMargins(given, probabilities!);
    const scored = margins.map(({ score }, i) => ({ score, positive: wrong.has(faces[i]) }));
    expect(averagePrecision(scored)).toBeGreaterThan(0.8);
    const moved = findUnlikelyLabels(faces, given, probabilities!).filter(({ action }) => action === 'move');
    const right = moved.filter(({ face, to }) => to === dataset.labels[face]);
    expect(right.length / moved.length).toBeGreaterThan(0.9);
    expect(right.length / wrong.size).toBeGreaterThan(0.5);
  }, 120_000);

  it('goes on after a stop to the same bits, and refuses the predictions of other faces', async () => {
    const dataset = stripes(280);
    const faces = indicesOf(dataset, 'Training');
    const config = configOf({ epochs: 2, checkpointSteps: 1 });
    const job = { config, dataset, faces, reporter: silent };
    const whole = await predictOutOfFold({ ...job, folder: folderOf('whole') });

    const folder = folderOf('stopped');
    for (const stopAt of [2, 5]) {
      const controller = new AbortController();
      let steps = 0;
      const reporter = { ...silent, progress: () => ++steps === stopAt && controller.abort() };
      expect(await predictOutOfFold({ ...job, folder, reporter, signal: controller.signal })).toBe(null);
    }
    expect(existsSync(join(folder, 'fold-2', 'predictions.safetensors'))).toBe(false);
    expect(await predictOutOfFold({ ...job, folder })).toEqual(whole);
    const file = join(folder, 'fold-2', 'predictions.safetensors');
    const before = readFileSync(file);
    expect(await predictOutOfFold({ ...job, folder })).toEqual(whole);
    expect(readFileSync(file)).toEqual(before);
    const fewer = predictOutOfFold({ ...job, faces: faces.slice(1), folder });
    await expect(fewer).rejects.toThrow(/fold-\d.*holds predictions for other faces/);
  }, 120_000);
});
