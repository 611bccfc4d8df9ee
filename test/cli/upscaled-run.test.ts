import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig, parseAssignment } from '../../ml/config/load.ts';
import { silent } from '../../ml/core/progress.ts';
import { Random } from '../../ml/core/random.ts';
import { facesOf } from '../../ml/data/dataset.ts';
import { representativeFaces } from '../../ml/quantize/calibrate.ts';
import { type Edsr, edsrParameters, randomEdsr } from '../../ml/superres/edsr.ts';
import { edsrModel, writeEdsr } from '../../ml/superres/model-file.ts';
import { evaluateTarget } from '../../tools/pipeline/evaluate-target.ts';
import { modelFolder } from '../../tools/pipeline/run-folder.ts';
import { prepareRun, trainRun } from '../../tools/pipeline/train-run.ts';
import { writeRunReport } from '../../tools/pipeline/write-run-report.ts';
import { temporaryFolder } from '../data/helpers.ts';

const settings = (fields: object) => Object.entries(fields).map(([path, value]) => parseAssignment(`${path}=${value}`));

describe('a run on upscaled faces', () => {
  it('trains, calibrates and is evaluated on the same ones, and shows them', async () => {
    const folder = temporaryFolder();
    const edsr: Edsr = { scale: 2, blocks: 1, channels: 16, residualScale: 1, tail: 'direct' };
    const file = join(folder, 'x2.onnx');
    await writeEdsr(file, edsrModel(edsr, randomEdsr(edsrParameters(edsr), new Random(1))));
    const cache = join(folder, 'cache');
    const data = { 'data.syntheticCount': 70, 'data.cache': cache };
    const upscaled = { ...data, 'data.upscale': file };
    const network = {
      'model.size': 32,
      'model.width': 0.35,
      'train.epochs': 1,
      'train.batchSize': 16,
      'train.replicas': 1,
    };
    const config = await loadConfig(undefined, settings({ ...upscaled, ...network, runs: join(folder, 'runs') }));
    const prepared = await prepareRun({ config }, silent);
    expect(readdirSync(cache)).toEqual([expect.stringMatching(/\.96\.faces$/)]);
    expect(prepared.summary.upscaled).toEqual({ by: file, size: 96 });
    expect(facesOf(prepared.dataset).at(7)).toHaveLength(96 * 96);
    expect(representativeFaces(prepared.dataset, 8, 1).at(7)).toHaveLength(96 * 96);
    await trainRun(prepared, silent, new AbortController().signal);

    const { run } = prepared;
    const answers = async (path: string, fields: object) => {
      const evaluated = await evaluateTarget(path, settings(fields), silent);
      return { evaluated, metrics: evaluated.heads[0].evaluation.results.map(({ metrics }) => metrics) };
    };
    const own = await answers(run.folder, {});
    const model = join(modelFolder(run, 'original'), 'emotion.onnx');
    const synthetic = { 'data.source': 'synthetic' };
    expect((await answers(model, { ...synthetic, ...upscaled })).metrics).toEqual(own.metrics);
    expect((await answers(model, { ...synthetic, ...data })).metrics).not.toEqual(own.metrics);

    const report = join(folder, 'report.html');
    await writeRunReport(report, own.evaluated);
    expect(readFileSync(report, 'utf8')).toMatch(/faces made larger by<\/th><td>.*x2\.onnx, to 96×96 pixels/);
    expect(readFileSync(report, 'utf8')).toMatch(/alt="Upscaling"/);
    await writeRunReport(report, { ...own.evaluated, config: { ...config, hideFaces: true } });
    expect(readFileSync(report, 'utf8')).not.toMatch(/<img/);
  }, 120_000);
});
