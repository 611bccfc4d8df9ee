import { mkdirSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { ConfigSchema } from '../../ml/config/schema.ts';
import { METRICS_FILE, readEpochs } from '../../ml/core/history.ts';
import { silent } from '../../ml/core/progress.ts';
import type { FoldedNetwork } from '../../ml/nn/folded-network.ts';
import { representativeFaces } from '../../ml/quantize/calibrate.ts';
import { type Prepared, prepareRounding, quantizeAfterTraining } from '../../ml/quantize/ptq.ts';
import { loadQuantized, qatConfig, trainQuantized } from '../../ml/quantize/qat.ts';
import { buildQdqGraph } from '../../ml/quantize/qdq-graph.ts';
import type { QuantizedNetwork } from '../../ml/quantize/quantized-network.ts';
import { CHECKPOINT_FILE } from '../../ml/train/checkpoint.ts';
import { bestFile, publicAccuracy } from '../../ml/train/classifier.ts';
import { PREDICT_BATCH, predictWith } from '../../ml/train/predict.ts';
import { train } from '../../ml/train/train.ts';
import { foldTrained, loadNetwork } from '../../ml/train/trained-network.ts';
import { STRIPES_CONFIG, stripes } from '../train/stripes.ts';

const HEAD = 'original';
const dataset = stripes(280);
const config = ConfigSchema.parse({
  ...STRIPES_CONFIG,
  train: { ...STRIPES_CONFIG.train, epochs: 16 },
  // Weights of one scale for a whole kernel lose more, so that there is something to win back.
  quantize: { images: 32, epochs: 3, frozenEpochs: 1, learningRate: 1e-3, perChannel: false },
});

function folderFor(name: string): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'qat-')), name);
  mkdirSync(folder);
  return folder;
}

const bytesOf = (folder: string, file: string) => readFileSync(join(folder, file)).toString('base64');
const job = (folder: string, signal?: AbortSignal) => ({
  config: qatConfig(config, HEAD),
  dataset,
  folder,
  reporter: silent,
  resume: true,
  signal,
});
const accuracyOf = (network: QuantizedNetwork) => {
  const graph = buildQdqGraph(network, { batch: PREDICT_BATCH });
  return publicAccuracy((faces) => predictWith(graph, network, faces), HEAD, dataset);
};

describe('quantization-aware training', () => {
  const faces = representativeFaces(dataset, 32, 1);
  let float: FoldedNetwork;
  let prepared: Prepared;
  beforeAll(async () => {
    const folder = folderFor('float');
    await train({ config, dataset, folder, reporter: silent, resume: false });
    float = foldTrained(await loadNetwork(join(folder, bestFile(HEAD))));
    prepared = await prepareRounding(float, HEAD, faces, config.quantize);
  }, 120_000);

  it('learns as an integer network: its loss falls, and it is no worse than quantization after training', async () => {
    const folder = folderFor('whole');
    const { completed, best } = await trainQuantized(prepared, faces, HEAD, job(folder));
    expect(completed).toBe(true);
    const losses = (await readEpochs(join(folder, METRICS_FILE))).map(({ figures }) => figures[`loss/${HEAD}`]);
    expect(losses).toHaveLength(3);
    expect(losses[2]).toBeLessThan(losses[0]);
    const trained = await loadQuantized(join(folder, bestFile(HEAD)), false);
    expect(await accuracyOf(trained)).toBe(best[HEAD]);
    const after = await quantizeAfterTraining(float, HEAD, faces, config.quantize);
    expect(best[HEAD]).toBeGreaterThanOrEqual(await accuracyOf(after));
  });

  it('ends with the same bits when it is stopped in an epoch and resumed', async () => {
    const whole = folderFor('whole');
    await trainQuantized(prepared, faces, HEAD, job(whole));
    const parts = folderFor('parts');
    const controller = new AbortController();
    const stopper = {
      ...silent,
      progress: () => controller.abort(),
    };
    const stopped = await trainQuantized(prepared, faces, HEAD, {
      ...job(parts, controller.signal),
      reporter: stopper,
    });
    expect(stopped.completed).toBe(false);
    expect((await trainQuantized(prepared, faces, HEAD, job(parts))).completed).toBe(true);
    for (const file of [CHECKPOINT_FILE, bestFile(HEAD)]) expect(bytesOf(parts, file)).toBe(bytesOf(whole, file));
  });

  it('says so if a file is no such network', async () => {
    const folder = folderFor('other');
    await expect(loadQuantized(join(folder, 'missing.safetensors'), true)).rejects.toThrow(/missing\.safetensors/);
  });
});
