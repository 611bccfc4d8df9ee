import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ConfigSchema } from '../../ml/config/schema.ts';
import { type Progress, silent } from '../../ml/core/progress.ts';
import { Random } from '../../ml/core/random.ts';
import { type Edsr, edsrParameters, randomEdsr } from '../../ml/superres/edsr.ts';
import { edsrModel, writeEdsr } from '../../ml/superres/model-file.ts';
import { type RefineOptions, refineData } from '../../tools/pipeline/refine-data.ts';
import { temporaryFolder } from '../data/helpers.ts';
import { STRIPES_CONFIG } from '../train/stripes.ts';

const folder = temporaryFolder();
const file = join(folder, 'x2.onnx');
const [cache, runs] = [join(folder, 'cache'), join(folder, 'runs')];
const configOf = (folds: number) =>
  ConfigSchema.parse({
    ...STRIPES_CONFIG,
    data: { syntheticCount: 140, cache, upscale: file },
    model: { ...STRIPES_CONFIG.model, landmarks: 'fused' },
    train: { ...STRIPES_CONFIG.train, epochs: 1 },
    refine: { folds },
    runs,
  });

it('makes neither larger faces nor landmarks without networks that would see them', async () => {
  const found = await refineData({ config: configOf(0) }, silent, new AbortController().signal);
  expect(found).toMatchObject({ run: null, dataset: { count: 140 } });
  expect([cache, runs].some((path) => existsSync(path))).toBe(false);
});

it('stops also while larger faces or landmarks are made, and goes on', async () => {
  const edsr: Edsr = { scale: 2, blocks: 1, channels: 16, residualScale: 1, tail: 'direct' };
  await writeEdsr(file, edsrModel(edsr, randomEdsr(edsrParameters(edsr), new Random(1))));
  /** The steps until the first of the last kind, in which it is stopped. */
  const stepsUntil = async (order: RefineOptions, last?: string) => {
    const controller = new AbortController();
    const steps = new Set<string>();
    const progress = ({ step }: Progress) => {
      steps.add(step);
      if (step === last) controller.abort();
    };
    const refined = await refineData(order, { note() {}, progress }, controller.signal);
    expect('manifest' in refined).toBe(last === undefined);
    return { steps: [...steps], run: refined.run?.folder ?? '' };
  };
  const { steps, run } = await stepsUntil({ config: configOf(2) }, 'upscaling faces');
  expect(steps.at(-1)).toBe('upscaling faces');
  expect(readdirSync(run)).toEqual(['config.json']);
  expect((await stepsUntil({ resume: run }, 'finding landmarks')).steps.at(-1)).toBe('finding landmarks');
  expect(readdirSync(run)).toEqual(['config.json']);
  const resumed = await stepsUntil({ resume: run });
  expect(resumed.steps).toContain('finding flaws');
  expect(resumed.steps).not.toContain('upscaling faces');
  expect(resumed.run).toBe(run);
  expect(readdirSync(runs)).toHaveLength(1);
}, 120_000);
