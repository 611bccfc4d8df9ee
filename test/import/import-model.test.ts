import { readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { EMOTIONS } from '../../ml/core/emotions.ts';
import { UserError } from '../../ml/core/errors.ts';
import { silent } from '../../ml/core/progress.ts';
import { type ImportOptions, importModel, writeImported } from '../../ml/import/import-model.ts';
import { drawnPictures } from '../../ml/import/pictures.ts';
import { isProven } from '../../ml/import/proof.ts';
import { rangeOf } from '../../ml/import/source.ts';
import { readModelJson } from '../../ml/model/model-json.ts';
import { decodeModel } from '../../ml/onnx/decode.ts';
import { DATA_TYPE, encodeModel } from '../../ml/onnx/model.ts';
import { openModelFile } from '../../ml/runtime/model-file.ts';
import { loadPredictor } from '../../ml/runtime/predictor.ts';
import { appendLabels } from '../../ml/tflite/metadata.ts';
import {
  folder,
  folderOf,
  graphFiles,
  METADATA,
  SIDE,
  teachableTopology,
  tfjsFiles,
  tfliteModel,
} from './foreign-models.ts';
import { integers, kerasLike, model, node, operatorsOf, pytorchLike, weights } from './passes/models.ts';

const run = (place: string, options: Partial<ImportOptions> = {}) =>
  importModel(place, { map: new Map(), ...options }, silent);
const pixels = rangeOf(0, 1);
const THREE = ['Cat', 'Dog', 'Nothing'];
const teachable = (labels: readonly string[] = THREE, channels = 3) => ({
  ...tfjsFiles(teachableTopology(labels.length, channels)),
  'metadata.json': METADATA(labels),
});
const withLabels = (bytes: Uint8Array, name: string, labels: readonly string[]) =>
  folderOf({ [name]: bytes, 'labels.txt': labels.map((label, at) => `${at} ${label}`).join('\r\n') });

/** The longest chain of operators of a lens that a small network needs. */
const ALLOWED = [
  'Add',
  'BatchNormalization',
  'Clip',
  'Conv',
  'GlobalAveragePool',
  'MaxPool',
  'Mul',
  'Pad',
  'Relu',
  'Sigmoid',
  'Softmax',
];

describe('a model of another program', () => {
  it.each<[string, () => string, Partial<ImportOptions>, RegExp]>([
    [
      'Teachable Machine, a folder',
      () => folderOf(teachable()),
      {},
      /^Teachable Machine, TensorFlow\.js layers model$/,
    ],
    [
      'a graph model',
      () => folderOf({ ...graphFiles(3), 'labels.txt': THREE.join('\n') }),
      { pixels },
      /^TensorFlow\.js graph model$/,
    ],
    [
      'TensorFlow Lite in float32',
      () => withLabels(tfliteModel(3, 'float32'), 'model.tflite', THREE),
      { pixels },
      /^TensorFlow Lite, float32$/,
    ],
    [
      'TensorFlow Lite in float16',
      () => withLabels(tfliteModel(3, 'float16'), 'model.tflite', THREE),
      { pixels },
      /^TensorFlow Lite, float16 weights$/,
    ],
    [
      'Keras in ONNX',
      () => withLabels(encodeModel(squareKeras()), 'model.onnx', THREE),
      { pixels },
      /^ONNX, operator set 13, by test$/,
    ],
    [
      'PyTorch in ONNX',
      () => withLabels(encodeModel(pytorchLike()), 'model.onnx', THREE),
      { pixels: { scale: [0.017, 0.018, 0.019], bias: [-2, -2.1, -1.8] } },
      /^ONNX, operator set 14/,
    ],
  ])('becomes one of a lens, with the same answers: %s', async (_, make, options, format) => {
    const { source, onnx, classes } = await run(make(), options);
    const { bytes, report, proof } = onnx;
    expect(source.format).toMatch(format);
    expect(classes.labels).toEqual(THREE);
    expect(proof.count).toBe(64);
    expect(proof.largest).toBeLessThan(1e-5);
    expect(proof.top1).toBe(1);
    expect(report.accepted).toBe(true);
    const { graph } = decodeModel(bytes, 'emotion.onnx');
    expect(graph.inputs).toMatchObject([{ name: 'image', elementType: DATA_TYPE.float }]);
    expect(graph.outputs).toEqual([{ name: 'prob', elementType: DATA_TYPE.float, shape: [1, 3, 1, 1] }]);
    for (const operator of operatorsOf(decodeModel(bytes, 'emotion.onnx'))) expect(ALLOWED).toContain(operator);
  });

  it('of 8-bit integers has the same answers but for their rounding', async () => {
    const {
      source,
      onnx: { proof },
    } = await run(withLabels(tfliteModel(3, 'uint8'), 'model.tflite', THREE));
    expect(source.quantized).toBe(true);
    // Pixels are what its input's scale says: no range was given.
    expect(proof.largest).toBeLessThan(0.05);
    expect(proof.largest).toBeGreaterThan(1e-5);
    expect(proof.top1).toBeGreaterThan(0.98);
  });

  it('is read from a zip archive as it was downloaded, with its folders', async () => {
    const files = Object.entries(teachable()).map(([name, content]) => [
      `my model/${name}`,
      content instanceof Uint8Array ? content : new TextEncoder().encode(JSON.stringify(content)),
    ]);
    const zip = join(folder, 'tm-my-image-model.zip');
    writeFileSync(zip, zipSync({ ...Object.fromEntries(files), '__MACOSX/._model.json': new Uint8Array(3) }));
    const { onnx, classes } = await run(zip);
    expect(onnx.proof.largest).toBeLessThan(1e-5);
    expect(classes.labels).toEqual(THREE);
  });

  it('of Teachable Machine brings its labels along when its model.json is named', async () => {
    const imported = await run(join(folderOf(teachable()), 'model.json'));
    expect(imported.classes.labels).toEqual(THREE);
  });

  it('of grey pictures gets the luma of colours', async () => {
    const { grey, onnx } = await run(folderOf(teachable(THREE, 1)));
    expect(grey).toBe(true);
    expect(onnx.proof.largest).toBeLessThan(1e-5);
    expect(decodeModel(onnx.bytes, 'x').graph.inputs[0].shape).toEqual([1, 3, SIDE, SIDE]);
  });

  it('of logits gets a softmax, one of log-probabilities too', async () => {
    const keras = squareKeras();
    const cut = (ending: string) => {
      const last = ending === '' ? [] : [node(ending, ['e'], 'y', { axis: { int: -1 } })];
      const nodes = [...keras.graph.nodes.slice(0, -1), ...last];
      const outputs = [{ ...keras.graph.outputs[0], name: ending === '' ? 'e' : 'y' }];
      return withLabels(encodeModel({ ...keras, graph: { ...keras.graph, nodes, outputs } }), 'model.onnx', THREE);
    };
    const whole = await run(withLabels(encodeModel(keras), 'model.onnx', THREE), { pixels });
    for (const [ending, added] of [
      ['', true],
      ['LogSoftmax', false],
    ] as const) {
      const { onnx, softmaxAdded } = await run(cut(ending), { pixels });
      expect(softmaxAdded).toBe(added);
      expect(onnx.proof.largest).toBeLessThan(1e-5);
      expect(operatorsOf(decodeModel(onnx.bytes, 'x'))).toEqual(operatorsOf(decodeModel(whole.onnx.bytes, 'x')));
    }
  });

  it('with its labels in its metadata needs no file', async () => {
    const file = join(folderOf({ 'model.tflite': appendLabels(tfliteModel(3, 'float32'), THREE) }), 'model.tflite');
    expect((await run(file, { pixels })).classes.labels).toEqual(THREE);
  });

  it('of the seven emotions in another order gets ours, and is then one that evaluate takes', async () => {
    const names = ['neutral', 'happiness', 'Sad', 'angry', 'surprised', 'fearful', 'disgusted'];
    const place = folderOf(teachable(names));
    const imported = await run(place);
    expect(imported.classes.labels).toEqual([...EMOTIONS]);
    expect(imported.classes.classes.map(({ label }) => label)).toEqual([
      'Neutral',
      'Happy',
      'Sad',
      'Angry',
      'Surprise',
      'Fear',
      'Disgust',
    ]);
    expect(imported.onnx.proof.largest).toBeLessThan(1e-5);
    const out = join(folder, 'seven');
    const [onnx, json] = await writeImported(imported, out);
    expect(await readModelJson(json)).toMatchObject({
      version: 2,
      labels: [...EMOTIONS],
      files: [{ name: 'emotion.onnx', input: { shape: [1, 3, SIDE, SIDE] }, output: { shape: [1, 7, 1, 1] } }],
    });
    const predictor = await loadPredictor(onnx);
    const probabilities = await predictor.predict({ count: 1, at: () => new Uint8Array(SIDE * SIDE).fill(99) });
    await predictor.close();
    // The same picture with the classes in the source's order.
    const kept = await run(place, { map: new Map([['neutral', 'Calm']]) });
    const [, ...files] = [out, ...(await writeImported(kept, join(folder, 'kept')))];
    const session = await openModelFile(files[0]);
    const image = new Float32Array(3 * SIDE * SIDE).fill(99 / 127.5 - 1);
    const [inOrder] = await session.run([{ shape: [1, 3, SIDE, SIDE], values: image }]);
    await session.close();
    const places = ['Angry', 'Disgust', 'Fear', 'Happy', 'Sad', 'Surprise', 'Calm'].map((label) =>
      kept.classes.labels.indexOf(label),
    );
    for (const [at, place] of places.entries()) expect(probabilities[at]).toBeCloseTo(inOrder[place], 5);
    expect(readFileSync(json, 'utf8')).toContain('"epochs": 0');
  });

  it('gets a form in 8-bit integers where there are pictures to calibrate on, and model.json knows both', async () => {
    const imported = await run(folderOf(teachable()), {
      calibration: async (side) => drawnPictures(side, 32),
      // Of a network of chance, a few faces lie near to a border.
      force: true,
    });
    const { int8 } = imported;
    if (!int8 || 'refused' in int8) throw new Error('there are no 8-bit integers');
    expect(int8.report.accepted).toBe(true);
    expect(int8.proof.top1).toBeGreaterThan(0.93);
    const files = await writeImported(imported, join(folder, 'both'));
    expect(files.map((file) => basename(file))).toEqual(['emotion.onnx', 'emotion.int8.tflite', 'model.json']);
    expect(await readModelJson(files[2])).toMatchObject({
      labels: THREE,
      files: [{ format: 'onnx' }, { format: 'tflite', numbers: 'int8', method: 'ptq', output: { shape: [1, 3] } }],
    });
  });
});

describe('a model too large for a lens as floats', () => {
  // 12.6 MB: a picture of 32 × 32 seen by 1,024 neurons.
  const large = model({
    inShape: ['batch', 3, 32, 32],
    nodes: [
      node('Flatten', ['image'], 'f'),
      node('Gemm', ['f', 'dense', 'bias'], 'd', { transB: { int: 1 } }),
      node('Relu', ['d'], 'r'),
      node('Gemm', ['r', 'last', 'lastBias'], 'e'),
      node('Softmax', ['e'], 'y'),
    ],
    initializers: [
      weights('dense', [1024, 3072], -0.03, 0.03),
      weights('bias', [1024]),
      weights('last', [1024, 3], -0.1, 0.1),
      weights('lastBias', [3]),
    ],
  });
  const place = withLabels(encodeModel(large), 'large.onnx', THREE);

  it('is refused without pictures, and says that pictures help', async () => {
    await expect(run(place, { pixels })).rejects.toThrow(
      /would have 12\.6 MB in a lens, which may have 10 MB.*--pictures/,
    );
  });

  it('has its 8-bit integers alone with them', async () => {
    const imported = await run(place, { pixels, calibration: async (side) => drawnPictures(side, 16), force: true });
    expect(imported.onnx.proof.largest).toBeLessThan(1e-3);
    const files = await writeImported(imported, join(folder, 'large'));
    expect(files.map((file) => basename(file))).toEqual(['emotion.int8.tflite', 'model.json']);
    expect((await readModelJson(files[1])).files).toMatchObject([{ format: 'tflite', numbers: 'int8' }]);
  });
});

/** {@link kerasLike} on a square picture, with three classes. */
function squareKeras() {
  const keras = kerasLike('mean');
  const initializers = keras.graph.initializers.map((tensor) =>
    tensor.name === 'short' ? weights('short', [5, 3]) : tensor.name === 'bias' ? weights('bias', [3]) : tensor,
  );
  const inputs = [{ ...keras.graph.inputs[0], shape: ['batch', 8, 8, 3] }];
  return { ...keras, graph: { ...keras.graph, initializers, inputs } };
}

describe('a model that answers differently', () => {
  it('is refused with both figures, and taken by force', async () => {
    // Its logits are rounded to multiples of 9, so that the first class always is the most probable.
    const place = withLabels(tfliteModel(3, 'uint8', 9), 'model.tflite', THREE);
    const message =
      /probabilities of the new model .*differ by up to .* % of its answers are others; expected at most 2 % other answers/;
    await expect(run(place)).rejects.toThrow(message);
    const { onnx } = await run(place, { force: true });
    expect(onnx.proof.top1).toBeLessThan(0.98);
  });

  it('is one of floats above 1e-3, and one of 8 bits above 2 % of other answers', () => {
    const proof = { pictures: '', count: 100, largest: 0.0011, top1: 1 };
    expect([isProven(proof, false), isProven(proof, true)]).toEqual([false, true]);
    const other = { ...proof, largest: 0.0009, top1: 0.97 };
    expect([isProven(other, false), isProven(other, true)]).toEqual([true, false]);
    expect(isProven({ ...proof, largest: Number.NaN }, false)).toBe(false);
  });
});

describe('what no lens can have', () => {
  const onnx = (parts: Parameters<typeof model>[0]) => withLabels(encodeModel(model(parts)), 'model.onnx', THREE);
  const classifier = (inShape: (number | string)[], extra: Partial<Parameters<typeof model>[0]> = {}) =>
    onnx({
      inShape,
      nodes: [node('GlobalAveragePool', ['image'], 'p'), node('Flatten', ['p'], 'f'), node('MatMul', ['f', 'w'], 'y')],
      initializers: [weights('w', [inShape[1] as number, 3])],
      ...extra,
    });
  const broken = (change: (files: ReturnType<typeof teachable>) => object) =>
    folderOf({ ...teachable(), ...change(teachable()) });
  const manifest = (paths: string[]) => broken(() => tfjsFiles(teachableTopology(3), { paths }));

  it.each<[string, () => string, string, Partial<ImportOptions>?]>([
    ['no labels', () => folderOf(tfjsFiles(teachableTopology(3))), 'does not name its classes', { pixels }],
    [
      'a wrong number of labels',
      () => folderOf({ ...teachable(), 'metadata.json': METADATA(['a', 'b']) }),
      'names 2 classes, but',
    ],
    ['no range of pixels', () => withLabels(tfliteModel(3, 'float32'), 'model.tflite', THREE), 'say it with --pixels'],
    [
      'two pictures',
      () => {
        const two = model({ nodes: [node('Add', ['image', 'other'], 'y')] });
        const inputs = [...two.graph.inputs, { ...two.graph.inputs[0], name: 'other' }];
        return withLabels(encodeModel({ ...two, graph: { ...two.graph, inputs } }), 'model.onnx', THREE);
      },
      'expected one picture',
    ],
    [
      'a sequence',
      () =>
        onnx({
          inShape: [1, 10, 4],
          nodes: [node('ReduceMean', ['image'], 'y', { axes: { ints: [1] }, keepdims: { int: 0 } })],
        }),
      'expected one picture',
    ],
    [
      'a detector',
      () => onnx({ inShape: [1, 3, 8, 8], nodes: [node('Relu', ['image'], 'y')] }),
      'expected one number for each class',
    ],
    ['five channels', () => classifier([1, 5, 8, 8]), 'pictures of 5 channels; expected 3 (colours) or 1 (grey)'],
    ['an oblong picture', () => classifier([1, 3, 8, 6]), 'pictures of 6×8 pixels; expected square ones'],
    ['a batch', () => classifier([4, 3, 8, 8]), 'takes 4 pictures at once; expected one'],
    [
      'a single class',
      () => classifier([1, 3, 8, 8], { initializers: [weights('w', [3, 1])] }),
      'tells 1 classes apart; expected 2 to 64',
    ],
    [
      'probabilities by themselves',
      () =>
        classifier([1, 3, 8, 8], {
          nodes: [
            node('GlobalAveragePool', ['image'], 'p'),
            node('Flatten', ['p'], 'f'),
            node('MatMul', ['f', 'w'], 's'),
            node('Sigmoid', ['s'], 'y'),
          ],
        }),
      'ends in Sigmoid',
    ],
    [
      'NaN',
      () => {
        const w = weights('w', [3, 3]);
        new DataView(w.raw.buffer).setFloat32(4, Number.NaN, true);
        return classifier([1, 3, 8, 8], { initializers: [w] });
      },
      'holds NaN; expected finite numbers',
      { pixels },
    ],
    [
      'an operator of no layer',
      () =>
        classifier([1, 3, 8, 8], {
          nodes: [
            node('DepthToSpace', ['image'], 'd', { blocksize: { int: 1 } }),
            node('GlobalAveragePool', ['d'], 'p'),
            node('Flatten', ['p'], 'f'),
            node('MatMul', ['f', 'w'], 'y'),
          ],
        }),
      'SnapML has no layer for DepthToSpace',
      { pixels },
    ],
    [
      'weights of whole numbers',
      () =>
        classifier([1, 3, 8, 8], {
          nodes: [
            node('Cast', ['image'], 'i', { to: { int: DATA_TYPE.int64 } }),
            node('Add', ['i', 'w'], 'a'),
            node('Cast', ['a'], 'f', { to: { int: DATA_TYPE.float } }),
            node('ReduceMean', ['f'], 'y', { axes: { ints: [2, 3] }, keepdims: { int: 0 } }),
          ],
          initializers: [integers('w', [1])],
        }),
      'SnapML has no layer for Cast',
      { pixels },
    ],
    [
      'truncated weights',
      () => broken(() => ({ 'weights.bin': new Uint8Array(100) })),
      'of weights.bin, which has 100',
    ],
    [
      'no weights',
      () => folderOf({ 'model.json': teachable()['model.json'], 'metadata.json': METADATA(THREE) }),
      'weights.bin does not exist',
    ],
    ['a shard above its folder', () => manifest(['../weights.bin']), '"../weights.bin" is a path'],
    ['a shard on the web', () => manifest(['https://example.org/weights.bin']), 'is a path'],
    [
      'a layer that no lens has',
      () =>
        folderOf({
          ...teachable(),
          'model.json': JSON.stringify(teachable()['model.json']).replace('MaxPooling2D', 'LSTM'),
        }),
      'the layer pool (LSTM) cannot be brought into a lens',
    ],
    [
      'a model of this project',
      () => folderOf({ 'model.json': { version: 2, labels: THREE, files: [{ sha256: 'x' }] } }),
      'the model is one already',
    ],
    [
      'poses',
      () =>
        folderOf({ ...teachable(), 'metadata.json': { ...METADATA(THREE), packageName: '@teachablemachine/pose' } }),
      'Teachable Machine model of poses',
    ],
    [
      'sounds',
      () => folderOf({ ...teachable(), 'metadata.json': { wordLabels: THREE } }),
      'Teachable Machine model of sounds',
    ],
    [
      'Keras as such',
      () => join(folderOf({ 'model.h5': Uint8Array.of(0x89, 0x48, 0x44, 0x46) }), 'model.h5'),
      'an HDF5 file, as Keras saves models',
    ],
    ['a text', () => join(folderOf({ 'model.txt': 'hello' }), 'model.txt'), 'is no model: its name ends in none of'],
    ['several models', () => folderOf({ 'a.onnx': 'a', 'b.onnx': 'b' }), 'several models (a.onnx, b.onnx)'],
    ['an empty folder', () => folderOf({}), 'has no model'],
    [
      'no archive',
      () => join(folderOf({ 'model.zip': 'PK not really' }), 'model.zip'),
      'is not a complete zip archive',
    ],
    [
      'a zip bomb',
      () =>
        join(
          folderOf({ 'model.zip': zipSync({ 'model.json': new Uint8Array(130_000_000) }, { level: 9 }) }),
          'model.zip',
        ),
      'unpacked it has more than 200 files or 120 MB',
    ],
  ])('is refused with one message: %s', async (_, make, message, options) => {
    const imported = run(make(), options);
    await expect(imported).rejects.toThrow(UserError);
    await expect(imported).rejects.toThrow(message);
  });
});
