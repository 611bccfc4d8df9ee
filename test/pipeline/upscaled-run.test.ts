import { copyFileSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig, parseAssignment } from '../../ml/config/load.ts';
import { silent } from '../../ml/core/progress.ts';
import { Random } from '../../ml/core/random.ts';
import { facesOf } from '../../ml/data/dataset.ts';
import { exportFloatTflite, exportOnnx } from '../../ml/export/export-model.ts';
import { representativeFaces } from '../../ml/quantize/calibrate.ts';
import { type Edsr, edsrParameters, randomEdsr } from '../../ml/superres/edsr.ts';
import { edsrModel, writeEdsr } from '../../ml/superres/model-file.ts';
import { bestFile } from '../../ml/train/classifier.ts';
import { train } from '../../ml/train/train.ts';
import { foldTrained, loadNetwork } from '../../ml/train/trained-network.ts';
import { checkMeasured } from '../../tools/pipeline/check-upscaling.ts';
import { evaluateTarget } from '../../tools/pipeline/evaluate.ts';
import { describeHead, exportHead } from '../../tools/pipeline/export-head.ts';
import { openTarget } from '../../tools/pipeline/quantize.ts';
import { modelFolder } from '../../tools/pipeline/run-folder.ts';
import { prepareRun, trainRun } from '../../tools/pipeline/train-run.ts';
import { writeRunReport } from '../../tools/pipeline/write-run-report.ts';
import { temporaryFolder } from '../data/helpers.ts';

const never = new AbortController().signal;
const settings = (fields: object) => Object.entries(fields).map(([path, value]) => parseAssignment(`${path}=${value}`));

describe('a run on upscaled faces', () => {
  it('trains, calibrates and is evaluated on the same ones, says so and shows them', async () => {
    const folder = temporaryFolder();
    const edsr: Edsr = { scale: 2, blocks: 1, channels: 16, residualScale: 1, tail: 'direct' };
    const [first, second] = [1, 2].map((seed) => edsrModel(edsr, randomEdsr(edsrParameters(edsr), new Random(seed))));
    const [file, other] = [join(folder, 'x2.onnx'), join(folder, 'other.onnx')];
    await writeEdsr(file, first);
    await writeEdsr(other, second);
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
    await trainRun(prepared, silent, never);

    const { run } = prepared;
    const answers = async (path: string, fields: object) => {
      const evaluated = await evaluateTarget(path, settings(fields), silent);
      return { evaluated, metrics: evaluated.heads[0].evaluation.results.map(({ metrics }) => metrics) };
    };
    const own = await answers(run.folder, {});
    const model = join(modelFolder(run, 'original'), 'emotion.onnx');
    const synthetic = { 'data.source': 'synthetic' };
    expect((await answers(model, { ...synthetic, ...upscaled })).metrics).toEqual(own.metrics);
    const onPlain = { ...synthetic, ...data, 'data.upscale': null };
    expect((await answers(model, onPlain)).metrics).not.toEqual(own.metrics);

    // The exported files know which faces they want.
    const missing = new RegExp(`emotion.*upscaled by the EDSR network with the SHA-256 ${first.sha256}; .* --upscale`);
    const wrong = new RegExp(`other\\.onnx is another one, ${second.sha256}; .* --upscale`);
    const withOther = { ...synthetic, ...data, 'data.upscale': other };
    const quantize = (path: string, fields: object) => openTarget(path, settings(fields), silent);
    await expect(answers(model, { ...synthetic, ...data })).rejects.toThrow(missing);
    await expect(answers(model, withOther)).rejects.toThrow(wrong);
    await expect(quantize(model, { ...synthetic, ...data })).rejects.toThrow(missing);
    await expect(quantize(model, { ...onPlain, runs: folder })).rejects.toThrow(missing);
    await expect(quantize(model, withOther)).rejects.toThrow(wrong);
    const exported = await exportHead(run, 'original');
    const best = await loadNetwork(join(run.folder, bestFile('original')));
    const tflite = await exportFloatTflite(foldTrained(best), 'original', modelFolder(run, 'original'));
    await describeHead(run, exported, [{ file: tflite, metrics: [] }]);
    await expect(checkMeasured([tflite.path], null, [], silent)).rejects.toThrow(missing);

    // Others do not say that they want such, and may be shown them to see what comes of it, but not be made for them.
    const apart = join(folder, 'apart.tflite');
    copyFileSync(tflite.path, apart);
    const plain = join(folder, 'plain.onnx');
    const { upscaledBy: _, ...info } = best.info;
    await exportOnnx({ ...best, info }, 'original', plain);
    const notes: string[] = [];
    await checkMeasured([apart, plain], null, [], silent);
    await checkMeasured([apart, plain], file, [], { ...silent, note: (text) => notes.push(text) });
    expect(notes).toEqual([apart, plain].map((path) => expect.stringContaining(`${path} does not say`)));
    await expect(quantize(plain, withOther)).rejects.toThrow(
      /plain\.onnx was trained on faces that were not upscaled; remove --upscale/,
    );

    // The run that an exported file gets can be opened again.
    const opened = await quantize(plain, { ...synthetic, ...data, runs: folder });
    const { exported: again } = await quantize(opened.prepared.run.folder, {});
    expect(again).toEqual(opened.exported);

    const report = join(folder, 'report.html');
    await writeRunReport(report, own.evaluated);
    expect(readFileSync(report, 'utf8')).toMatch(/faces upscaled by<\/th><td>.*x2\.onnx, to 96×96 pixels/);
    expect(readFileSync(report, 'utf8')).toMatch(/alt="Upscaling"/);
    await writeRunReport(report, { ...own.evaluated, config: { ...config, hideFaces: true } });
    expect(readFileSync(report, 'utf8')).not.toMatch(/<img/);

    // Another network in the place of the first changes the faces of a run that goes on.
    await writeEdsr(file, second);
    await expect(prepareRun({ resume: run.folder }, silent)).rejects.toThrow(/x2\.onnx is another one, .*put it back/);
    const dataset = { ...prepared.dataset, upscaled: { size: 96, read() {}, upscaledBy: second.sha256 } };
    const job = { config, dataset, folder: run.folder, reporter: silent, resume: true };
    await expect(train(job)).rejects.toThrow(/belongs to a run with network\.upscaledBy .*Start a new run/);
  }, 120_000);
});
