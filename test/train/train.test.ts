import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigSchema } from '../../ml/config/schema.ts';
import { METRICS_FILE, readEpochs } from '../../ml/core/history.ts';
import { silent } from '../../ml/core/progress.ts';
import { CHECKPOINT_FILE } from '../../ml/train/checkpoint.ts';
import { bestFile } from '../../ml/train/classifier.ts';
import { train } from '../../ml/train/train.ts';
import { loadNetwork } from '../../ml/train/trained-network.ts';
import { STRIPES_CONFIG, stripes } from './stripes.ts';

const dataset = stripes(280);
const config = ConfigSchema.parse({
  ...STRIPES_CONFIG,
  train: { ...STRIPES_CONFIG.train, epochs: 2 },
});

function folderFor(name: string): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'train-')), name);
  mkdirSync(folder);
  return folder;
}

const bytesOf = (folder: string, file: string) => readFileSync(join(folder, file)).toString('base64');

describe('training', () => {
  it('gives the same bits for the same seed, also when it is stopped in an epoch and resumed', async () => {
    // With mixup, which draws random numbers of its own.
    const mixed = { ...config, augment: { ...config.augment, mixup: 0.4 } };
    const whole = folderFor('whole');
    const result = await train({ config: mixed, dataset, folder: whole, reporter: silent, resume: false });
    expect(result.completed).toBe(true);

    const parts = folderFor('parts');
    const controller = new AbortController();
    const stopper = {
      note() {},
      progress: ({ done }: { done: number }) => {
        if (done >= 3 * 32) controller.abort();
      },
    };
    const stopped = await train({
      config: mixed,
      dataset,
      folder: parts,
      reporter: stopper,
      resume: false,
      signal: controller.signal,
    });
    expect(stopped.completed).toBe(false);
    expect(stopped.step).toBe(3);
    const resumed = await train({ config: mixed, dataset, folder: parts, reporter: silent, resume: true });
    expect(resumed).toEqual(result);
    expect(bytesOf(parts, CHECKPOINT_FILE)).toBe(bytesOf(whole, CHECKPOINT_FILE));
    expect(bytesOf(parts, bestFile('original'))).toBe(bytesOf(whole, bestFile('original')));
    const figures = async (folder: string) => await readEpochs(join(folder, METRICS_FILE));
    expect(await figures(parts)).toEqual(await figures(whole));

    const paused = folderFor('paused');
    const job = { config: mixed, dataset, folder: paused, reporter: silent, resume: true };
    expect(await train({ ...job, periods: 1 })).toMatchObject({ completed: true, step: result.step / 2 });
    // Asked for what is done already, it does nothing.
    expect(await train({ ...job, periods: 1 })).toMatchObject({ completed: true, step: result.step / 2 });
    expect(await train(job)).toEqual(result);
    expect(bytesOf(paused, CHECKPOINT_FILE)).toBe(bytesOf(whole, CHECKPOINT_FILE));
    expect(await figures(paused)).toEqual(await figures(whole));
  });

  it('learns', async () => {
    const folder = folderFor('learns');
    const longer = { ...config, train: { ...config.train, epochs: 24 } };
    const { best } = await train({ config: longer, dataset, folder, reporter: silent, resume: false });
    expect(best['original']).toBeGreaterThan(0.9);
    const network = await loadNetwork(join(folder, bestFile('original')));
    expect(network.info.heads).toEqual(['original']);
    const epochs = await readEpochs(join(folder, METRICS_FILE));
    expect(epochs).toHaveLength(24);
    expect(epochs[23].figures['loss/original']).toBeLessThan(epochs[0].figures['loss/original']);
  });

  it('refuses to go on as another run', async () => {
    const folder = folderFor('other');
    const one = { ...config, train: { ...config.train, epochs: 1 } };
    await train({ config: one, dataset, folder, reporter: silent, resume: false });
    await expect(
      train({ config: { ...one, seed: 2 }, dataset, folder, reporter: silent, resume: true }),
    ).rejects.toThrow(/seed 1.*seed 2/);
    const other = { ...one, augment: { ...one.augment, noise: 9 }, train: { ...one.train, epochs: 3 } };
    await expect(train({ config: other, dataset, folder, reporter: silent, resume: true })).rejects.toThrow(
      /augment\.noise 4, train\.epochs 1; this run has augment\.noise 9, train\.epochs 3/,
    );
    // One grey value of one face.
    const pixels = dataset.pixels.with(0, 255 - dataset.pixels[0]);
    await expect(
      train({ config: one, dataset: { ...dataset, pixels }, folder, reporter: silent, resume: true }),
    ).rejects.toThrow(/belongs to a run with data "\w+…; this run has data "/);
    // How often a checkpoint is written changes nothing of the result.
    const oftener = { ...one, train: { ...one.train, checkpointSteps: 1 } };
    const again = await train({ config: oftener, dataset, folder, reporter: silent, resume: true });
    expect(again.completed).toBe(true);
  });

  it('says what is wrong with too few faces and with a rate that diverges', async () => {
    const folder = folderFor('wrong');
    const job = { dataset, folder, reporter: silent, resume: false };
    const upscaled = { ...config, train: { ...config.train, batchSize: 512 } };
    await expect(train({ ...job, config: upscaled })).rejects.toThrow(/210 training faces, but a batch has 512/);
    const wild = { ...config, train: { ...config.train, learningRate: 1e30, clipNorm: 0, optimizer: 'sgd' as const } };
    await expect(train({ ...job, config: wild })).rejects.toThrow(/no longer finite.*learningRate/);
  });
});
