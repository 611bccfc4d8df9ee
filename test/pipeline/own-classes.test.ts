import { readFileSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { beforeAll, describe, expect, it } from 'vitest';
import { checkModel } from '../../ml/check/check-model.ts';
import { loadConfig, parseAssignment } from '../../ml/config/load.ts';
import { UserError } from '../../ml/core/errors.ts';
import { silent } from '../../ml/core/progress.ts';
import { facesOf, indicesOf } from '../../ml/data/dataset.ts';
import { readModelJson } from '../../ml/model/model-json.ts';
import { decodeModel } from '../../ml/onnx/decode.ts';
import { loadIsolatedPredictor } from '../../ml/runtime/isolated-predictor.ts';
import { CHECKPOINT_FILE } from '../../ml/train/checkpoint.ts';
import { bestFile, networkOfCheckpoint } from '../../ml/train/classifier.ts';
import { loadNetwork } from '../../ml/train/trained-network.ts';
import { readLensModel } from '../../tools/lens-build/lens-model.ts';
import { compareModels, evaluateTarget, settingsOfModels } from '../../tools/pipeline/evaluate.ts';
import { type BuiltModel, finishRun } from '../../tools/pipeline/finish-run.ts';
import { openTarget, quantizeTarget } from '../../tools/pipeline/quantize.ts';
import { REPORT_FILE } from '../../tools/pipeline/run-folder.ts';
import { type PreparedRun, prepareRun, trainRun } from '../../tools/pipeline/train-run.ts';
import { DRAWN_CLASSES, drawClasses } from '../data/drawn-classes.ts';
import { temporaryFolder } from '../data/helpers.ts';

const never = new AbortController().signal;
const settings = (fields: object) => Object.entries(fields).map(([path, value]) => parseAssignment(`${path}=${value}`));
const folder = temporaryFolder();
const source = join(folder, 'drawn');
const network = {
  'model.size': 32,
  'model.width': 0.35,
  'train.epochs': 3,
  'train.batchSize': 16,
  'train.replicas': 1,
  'train.learningRate': 0.005,
  'train.emaDecay': 0.8,
  'train.warmupEpochs': 0,
  'augment.cutout': 0,
  'quantize.images': 32,
  'quantize.epochs': 1,
};
const places = { runs: join(folder, 'runs'), 'data.cache': join(folder, 'cache') };
const wanted = { ...network, ...places, 'data.source': source, 'data.classes': 'from-data' };
const configOf = (fields: object) => loadConfig(undefined, settings(fields));

let prepared: PreparedRun;
let model: BuiltModel;
const file = (name: string) => join(dirname(model.file.path), name);

beforeAll(async () => {
  await drawClasses(source, 60);
  prepared = await prepareRun({ config: await configOf(wanted) }, silent);
  await trainRun(prepared, silent, never);
  const finished = await finishRun(prepared, silent, never);
  [model] = finished?.models ?? [];
}, 300_000);

describe('three classes of own pictures', () => {
  it('are learnt: the best network is right about most pictures that it has not seen', () => {
    expect(prepared.dataset.classes).toEqual(DRAWN_CLASSES);
    const [{ metrics }] = model.evaluation.results;
    expect(metrics.confusion).toHaveLength(3);
    expect(metrics.accuracy).toBeGreaterThan(0.6);
  });

  it('have their names in the network, the checkpoint and every exported file', async () => {
    const { folder: run } = prepared.run;
    expect((await loadNetwork(join(run, bestFile('original')))).info).toMatchObject({
      classes: 3,
      labels: DRAWN_CLASSES,
    });
    expect((await networkOfCheckpoint(join(run, CHECKPOINT_FILE))).labels).toEqual(DRAWN_CLASSES);
    for (const name of ['emotion.onnx', 'emotion.int8.onnx'])
      expect(decodeModel(readFileSync(file(name)), name).metadata['labels'], name).toBe('Rest,Stripes,circle');
    for (const name of ['emotion.int8.tflite', 'emotion.float32.tflite'])
      expect(new TextDecoder().decode(unzipSync(readFileSync(file(name)))['labels.txt']), name).toBe(
        'Rest\nStripes\ncircle\n',
      );
    const { labels, files, classShares } = await readModelJson(model.description);
    expect(labels).toEqual(DRAWN_CLASSES);
    expect(classShares?.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 9);
    expect(files.map(({ output }) => output.shape.join())).toEqual(['1,3,1,1', '1,3', '1,3,1,1', '1,3']);
  });

  it('are answered by predictors, which say their names, alike in floats and 8 bits', async () => {
    const tested = facesOf(prepared.dataset, indicesOf(prepared.dataset, 'PrivateTest'));
    for (const name of ['emotion.onnx', 'emotion.int8.tflite']) {
      const predictor = await loadIsolatedPredictor(file(name));
      expect(predictor.labels, name).toEqual(DRAWN_CLASSES);
      expect(await predictor.predict(tested), name).toHaveLength(3 * tested.count);
      await predictor.close();
    }
    const [{ faces, top1 }] = await compareModels(
      file('emotion.onnx'),
      file('emotion.int8.tflite'),
      prepared.dataset,
      silent,
    );
    expect(faces).toBe(18);
    expect(top1).toBeGreaterThan(0.8);
  });

  it('are named in the report, and SnapML takes the files', async () => {
    const report = readFileSync(join(prepared.run.folder, REPORT_FILE), 'utf8');
    for (const name of DRAWN_CLASSES) expect(report).toContain(`>${name}</text>`);
    expect(report).not.toMatch(/Angry|Surprise/);
    for (const name of ['emotion.onnx', 'emotion.int8.tflite'])
      expect((await checkModel(file(name))).accepted, name).toBe(true);
  });

  it('are those of the model when it is evaluated on other data, which may lack some', async () => {
    const other = join(folder, 'other');
    await drawClasses(join(other, 'test'), 4, { Stripes: 'Rest', circle: 'CIRCLE' });
    const fields = { ...places, 'data.source': other };
    for (const path of [file('emotion.onnx'), file('emotion.int8.tflite'), prepared.run.folder]) {
      const evaluated = await evaluateTarget(path, settings(fields), silent);
      const [{ evaluation }] = evaluated.heads;
      expect(evaluation.classes, path).toEqual(DRAWN_CLASSES);
      expect(evaluation.results[0].metrics.perClass.map(({ support }) => support)).toEqual([4, 0, 4]);
    }
    await drawClasses(join(other, 'test'), 4, { Stripes: 'Strips', circle: 'CIRCLE' });
    await expect(evaluateTarget(file('emotion.onnx'), settings(fields), silent)).rejects.toThrow(
      /Strips: unknown class "Strips", did you mean "stripes"\? Expected Rest, Stripes, circle; rename it, pass --map "Strips=Stripes"/,
    );
  });

  it('are quantized from the exported file alone', async () => {
    const fields = { ...places, 'data.source': source, 'quantize.method': 'ptq', 'quantize.images': 16 };
    const target = await openTarget(file('emotion.onnx'), settings(fields), silent);
    const finished = await quantizeTarget(target, silent, never);
    expect((await readModelJson(finished!.models[0].description)).labels).toEqual(DRAWN_CLASSES);
    const again = await openTarget(target.prepared.run.folder, [], silent);
    expect(again.prepared.dataset.classes).toEqual(DRAWN_CLASSES);
  });

  it('are those of the lens that they are installed in', async () => {
    const { description } = await readLensModel(dirname(model.file.path));
    expect(description.labels).toEqual(['Rest', 'Stripes', 'circle']);
  });

  it.each([
    [
      { 'data.votes': 'fer2013new.csv' },
      /data\.votes \(fer2013new\.csv\) is for the seven expressions only, but the classes are those of the data/,
    ],
    [{ 'data.source': 'synthetic' }, /the generator of drawn faces is for the seven/],
    [{ 'data.contempt': 'true' }, /data\.contempt is for the seven/],
    [{ 'data.refine': 'manifest.csv' }, /data\.refine \(manifest\.csv\) is for the seven/],
    [{ 'data.extraDataset': 'CK+48' }, /data\.extraDataset \(CK\+48\) is for the seven/],
    [
      { 'train.targets': 'original,votes' },
      /train\.targets \(votes\) is for the seven expressions only, but the classes are Rest, Stripes, circle/,
    ],
    [{ 'train.teachers': 'teacher.onnx' }, /train\.teachers \(teacher\.onnx\) is for the seven/],
  ])('are not trained with %o', async (fields, message) => {
    const preparing = prepareRun({ config: await configOf({ ...wanted, ...fields }) }, silent);
    await expect(preparing).rejects.toThrow(message);
    await expect(preparing).rejects.toThrow(UserError);
  });

  it('are not evaluated on posed photographs or with the bias for acted faces, or compared with other classes', async () => {
    const fields = settings({ ...places, 'data.source': source });
    const onnx = file('emotion.onnx');
    await expect(evaluateTarget(onnx, fields, silent, { posed: 'faces' })).rejects.toThrow(
      /--posed faces is for the seven/,
    );
    await expect(evaluateTarget(onnx, fields, silent, { acted: 1 })).rejects.toThrow(/--acted 1 is for the seven/);
    const emotions = join('ml', 'models', 'emotion-fast', 'emotion.onnx');
    await expect(settingsOfModels([emotions, onnx])).rejects.toThrow(
      /emotion\.onnx tells Rest, Stripes, circle apart, .*emotion\.onnx tells Angry, Disgust/,
    );
  });

  it('must stay the same for a run to resume, or be quantized', async () => {
    const { run } = prepared;
    renameSync(join(source, 'Rest'), join(source, 'Background'));
    const message = /tells Rest, Stripes, circle apart, but the classes of .*drawn are Background, Stripes, circle/;
    await expect(prepareRun({ resume: run.folder }, silent)).rejects.toThrow(message);
    await expect(openTarget(run.folder, [], silent)).rejects.toThrow(message);
    const renamed = settings({ 'data.map': 'Background=Rest' });
    expect((await prepareRun({ resume: run.folder, settings: renamed }, silent)).dataset.classes).toEqual(
      DRAWN_CLASSES,
    );
  });
});
