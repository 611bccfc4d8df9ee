import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../ml/core/errors.ts';
import { Random } from '../../ml/core/random.ts';
import { FACE_PIXELS } from '../../ml/data/dataset.ts';
import { IMAGE, PROBABILITIES } from '../../ml/model/inputs.ts';
import { buildInferenceGraph } from '../../ml/nn/inference-graph.ts';
import { mobileNetV2 } from '../../ml/nn/mobilenet-v2.ts';
import { encode, openLitert, openTflite } from '../../ml/runtime/litert-session.ts';
import { loadPredictor } from '../../ml/runtime/predictor.ts';
import type { TfliteTensor } from '../../ml/tflite/model.ts';
import { readTflite } from '../../ml/tflite/read.ts';
import { writeTflite } from '../../ml/tflite/write.ts';
import { foldedFromTflite, IMAGENET_HEAD } from '../../ml/weights/from-tflite.ts';
import { findBrowser } from '../../tools/preview/browser.ts';
import { facesIn, temporaryFolder } from '../data/helpers.ts';
import { scaledFace } from '../evaluate/scaled-face.ts';
import { tfliteModel } from '../import/foreign-models.ts';
import { needing, realData } from '../real-data.ts';
import { buildTflite, type ModelSpec, type TensorSpec } from '../tflite/build.ts';
import { runInBrowser } from './litert-browser.ts';

it('a network whose file leaves the batch open answers as one of a picture does', async () => {
  const fixed = tfliteModel(3, 'float32');
  const model = readTflite(fixed, 'fixed.tflite');
  // As Keras' converter writes it.
  for (const tensor of model.tensors)
    if (tensor.shape[0] === 1) Object.assign(tensor, { shapeSignature: [-1, ...tensor.shape.slice(1)] });
  const open = writeTflite(model);
  const picture = {
    values: Float32Array.from({ length: 16 * 16 * 3 }, () => random.uniform(-1, 1)),
    shape: [1, 16, 16, 3],
  };
  const answers = [];
  for (const bytes of [fixed, open]) {
    const session = await openTflite(bytes, 'network.tflite');
    answers.push(await session.run([picture]));
    await session.close();
  }
  expect(readTflite(open, 'open.tflite').inputs[0]?.shapeSignature).toEqual([-1, 16, 16, 3]);
  expect(answers[1]).toEqual(answers[0]);
});

const SIDE = 72;
const AREA = SIDE * SIDE;
const CLASSES = 7;
const folder = temporaryFolder();
const random = new Random(5);
const faces = Uint8Array.from({ length: 3 * FACE_PIXELS }, () => random.integer(256));

/** Integers that add up to 0 over the classes, so that the answers add up to 1. [7, S, S, 3] */
const kernel = new Int8Array(CLASSES * AREA * 3);
for (let i = 0; i < AREA * 3; i++) {
  for (let k = 0; k < CLASSES - 1; k++) {
    const weight = random.integer(41) - 20;
    kernel[k * AREA * 3 + i] = weight;
    kernel[(CLASSES - 1) * AREA * 3 + i] -= weight;
  }
}
const KERNEL_SCALE = 4e-5;
const bias = [0.12, 0.12, 0.12, 0.12, 0.12, 0.12, 0.28];

/** What the linear model should answer for a face. */
function naiveAnswer(face: Uint8Array): number[] {
  const image = scaledFace(face, SIDE);
  return bias.map((start, k) => {
    const weights = kernel.subarray(k * AREA * 3, (k + 1) * AREA * 3);
    return weights.reduce((sum, weight, i) => sum + weight * KERNEL_SCALE * image[Math.floor(i / 3)], start);
  });
}

const bytesOf = (numbers: Float32Array | Int32Array | Int8Array) => new Uint8Array(numbers.buffer);

/** How the tensors of one kind of model hold their numbers: codes of `TensorSpec`, zero points. */
const KINDS = {
  float32: { type: 0, imageZero: 0, answerZero: 0, kernelZero: 0 },
  uint8: { type: 3, imageZero: 128, answerZero: 0, kernelZero: 128 },
  int8: { type: 9, imageZero: 0, answerZero: -128, kernelZero: 0 },
} as const;
type Kind = keyof typeof KINDS;

const IMAGE_SCALE = 1 / 127.5;
const ANSWER_SCALE = 1 / 256;

/** A linear classifier of the whole image: one convolution, and a reshape if its answer is to be flat. */
function linearModel(kind: Kind, flat = false): ModelSpec {
  const { type, imageZero, answerZero, kernelZero } = KINDS[kind];
  const shape = [CLASSES, SIDE, SIDE, 3];
  const quantized = (scale: number, zero: number) => ({ type, scale: [scale], zeroPoint: [zero] });
  const constants: TensorSpec[] =
    kind === 'float32'
      ? [
          { name: 'kernel', shape, type, data: bytesOf(Float32Array.from(kernel, (weight) => weight * KERNEL_SCALE)) },
          { name: 'bias', shape: [CLASSES], type, data: bytesOf(Float32Array.from(bias)) },
        ]
      : [
          {
            name: 'kernel',
            shape,
            data: Uint8Array.from(kernel, (weight) => weight + kernelZero),
            ...quantized(KERNEL_SCALE, kernelZero),
          },
          {
            name: 'bias',
            shape: [CLASSES],
            data: bytesOf(Int32Array.from(bias, (value) => Math.round(value / (IMAGE_SCALE * KERNEL_SCALE)))),
            ...quantized(IMAGE_SCALE * KERNEL_SCALE, 0),
            type: 2,
          },
        ];
  const numbers = (scale: number, zero: number) => (kind === 'float32' ? { type } : quantized(scale, zero));
  return {
    inputs: [0],
    outputs: [flat ? 5 : 3],
    tensors: [
      { name: 'image', shape: [1, SIDE, SIDE, 3], ...numbers(IMAGE_SCALE, imageZero) },
      ...constants,
      { name: 'answer', shape: [1, 1, 1, CLASSES], ...numbers(ANSWER_SCALE, answerZero) },
      { name: 'shape', shape: [2], type: 2, data: bytesOf(Int32Array.of(1, CLASSES)) },
      { name: 'flat', shape: [1, CLASSES], ...numbers(ANSWER_SCALE, answerZero) },
    ],
    operators: [
      { code: 3, inputs: [0, 1, 2], outputs: [3], convolution: { stride: 1, padding: 1 } },
      ...(flat ? [{ code: 22, inputs: [3, 4], outputs: [5] }] : []),
    ],
  };
}

async function save(name: string, model: ModelSpec | Uint8Array): Promise<string> {
  const file = join(folder, name);
  await writeFile(file, model instanceof Uint8Array ? model : buildTflite(model));
  return file;
}

describe('loadPredictor of a .tflite file', () => {
  it.each([
    ['float32', false, 1e-5],
    ['float32', true, 1e-5],
    ['uint8', false, ANSWER_SCALE],
    ['int8', true, ANSWER_SCALE],
  ] as const)('gives what the definition of the network implies: %s, flat %s', async (kind, flat, tolerance) => {
    const predictor = await loadPredictor(await save(`${kind}-${flat}.tflite`, linearModel(kind, flat)));
    expect(predictor.size).toBe(SIDE);
    const seen: number[] = [];
    const probabilities = await predictor.predict(facesIn(faces), (done) => seen.push(done));
    await predictor.close();
    expect(seen).toEqual([3]);
    for (let face = 0; face < 3; face++) {
      const expected = naiveAnswer(faces.subarray(face * FACE_PIXELS, (face + 1) * FACE_PIXELS));
      for (const [k, probability] of expected.entries()) {
        const found = probabilities[face * CLASSES + k];
        expect(Math.abs(found - probability), `${found}, expected ${probability}`).toBeLessThan(tolerance);
      }
    }
  });

  it('says what is wrong with a file that is missing, cut off or no model', async () => {
    await expect(loadPredictor(join(folder, 'none.tflite'))).rejects.toThrow(/none\.tflite: it does not exist/);
    const cut = await save('cut.tflite', buildTflite(linearModel('float32')).slice(0, 40_000));
    await expect(loadPredictor(cut)).rejects.toThrow(UserError);
    const text = await save('text.tflite', new TextEncoder().encode('version https'));
    await expect(loadPredictor(text)).rejects.toThrow(/text\.tflite is not a \.tflite file/);
    const other = await save('model.h5', buildTflite(linearModel('float32')));
    await expect(loadPredictor(other)).rejects.toThrow(/model\.h5: its name ends in neither \.onnx nor \.tflite/);
  });

  it('refuses other inputs and outputs', async () => {
    const model = linearModel('uint8');
    const changed = (index: number, change: Partial<TensorSpec>): ModelSpec => ({
      ...model,
      tensors: model.tensors.map((tensor, i) => (i === index ? { ...tensor, ...change } : tensor)),
    });
    const grey = await save('grey.tflite', changed(0, { shape: [1, SIDE, SIDE, 1] }));
    await expect(loadPredictor(grey)).rejects.toThrow(
      /has the input uint8 \[1, 72, 72, 1\] \(scales: 1\); expected one \[1, S/,
    );
    const scaleless = await save('scaleless.tflite', changed(0, { scale: undefined, zeroPoint: undefined }));
    await expect(loadPredictor(scaleless)).rejects.toThrow(/has the input uint8 \[1, 72, 72, 3\] \(scales: 0\)/);
    const two = await save('two.tflite', { ...model, inputs: [0, 1] });
    await expect(loadPredictor(two)).rejects.toThrow(UserError);
    const integers = await save('integers.tflite', changed(3, { type: 2 }));
    await expect(loadPredictor(integers)).rejects.toThrow(/has the output int32 \[1, 1, 1, 7\]/);
    const eight = await save('eight.tflite', changed(3, { shape: [1, 1, 1, 8] }));
    await expect(loadPredictor(eight)).rejects.toThrow(
      /answers with 8 classes, but does not name them; choose a model/,
    );
  });

  it('refuses answers that are no probabilities', async () => {
    const model = linearModel('float32');
    const tensors = model.tensors.map((tensor) =>
      tensor.name === 'bias' ? { ...tensor, data: bytesOf(Float32Array.of(1, 1, 1, 1, 1, 1, 1)) } : tensor,
    );
    const predictor = await loadPredictor(await save('logits.tflite', { ...model, tensors }));
    await expect(predictor.predict(facesIn(faces))).rejects.toThrow(
      /logits\.tflite does not output probabilities, but /,
    );
    await predictor.close();
  });

  it('passes on what LiteRT cannot run, which it only logs', async () => {
    const model = linearModel('float32');
    const unknown = await save('unknown.tflite', { ...model, operators: [{ ...model.operators[0], code: 200 }] });
    await expect(loadPredictor(unknown)).rejects.toThrow(
      /^LiteRT cannot run .*unknown\.tflite: ERROR: Didn't find op for builtin opcode/,
    );
    const [{ code, outputs }] = model.operators;
    const unfit = await save('unfit.tflite', { ...model, operators: [{ code, inputs: [0, 2, 1], outputs }] });
    await expect(loadPredictor(unfit)).rejects.toThrow(
      /^LiteRT cannot run .*unfit\.tflite: .*\(CONV_2D\) failed to prep/,
    );
  });
});

/** The answers of a model in Node and in a browser to the same images, as the output tensor's own numbers. */
async function nodeAndBrowser(program: string, model: Uint8Array, images: readonly Float32Array[]) {
  const { inputs, outputs } = readTflite(model, 'model');
  const encoded = images.map((image) => encode(image, inputs[0] as TfliteTensor));
  const session = await openLitert(model, 'model');
  const answers = [];
  for (const image of encoded) answers.push(await session.run(image));
  session.close();
  const bytes = Uint8Array.from(answers.flatMap((answer) => [...answer]));
  return {
    inNode: [...(outputs[0]?.type === 'FLOAT32' ? new Float32Array(bytes.buffer) : bytes)],
    inBrowser: await runInBrowser(program, model, Buffer.concat(encoded)),
  };
}

const colourFace = (face: Uint8Array, side: number) =>
  Float32Array.from(scaledFace(face, side).flatMap((value) => [value, value, value]));

const pretrained = realData('pretrained');
const googleFile = join(pretrained, 'mobilenet_v2_1.0_96_quant.tflite');

const browser = findBrowser();
if (!browser)
  console.warn(
    'LiteRT in a browser is NOT tested: install Chromium, Chrome or Edge, or set CHROME_PATH to one of them',
  );

describe.skipIf(!browser)('LiteRT.js in a headless browser', { timeout: 120_000 }, () => {
  const program = browser as string;
  const images = [0, 1, 2].map((face) => faces.subarray(face * FACE_PIXELS, (face + 1) * FACE_PIXELS));

  // Relaxed SIMD, which LiteRT.js takes where a browser has it, rounds as the processor does.
  const expectEqual = (found: number[], expected: number[], tolerance: number) => {
    expect(found).toHaveLength(expected.length);
    expect(Math.max(...found.map((value, i) => Math.abs(value - expected[i])))).toBeLessThanOrEqual(tolerance);
  };

  it.each([
    ['float32', 1e-5],
    ['uint8', 1],
  ] as const)('answers as LiteRT in Node does: %s', async (kind, tolerance) => {
    const model = buildTflite(linearModel(kind));
    const scaled = images.map((face) => colourFace(face, SIDE));
    const { inNode, inBrowser } = await nodeAndBrowser(program, model, scaled);
    expect(inNode).toHaveLength(3 * CLASSES);
    expectEqual(inBrowser, inNode, tolerance);
  });

  it("answers as LiteRT in Node does: Google's MobileNetV2", needing(googleFile), async () => {
    const scaled = images.map((face) => colourFace(face, 96));
    const { inNode, inBrowser } = await nodeAndBrowser(program, readFileSync(googleFile), scaled);
    expect(inNode).toHaveLength(3 * 1001);
    expectEqual(inBrowser, inNode, 1);
  });
});

const zebra = realData('sr/Set14/zebra.png');

describe("Google's MobileNetV2 of 8 bits in LiteRT", needing(googleFile, zebra), () => {
  it('names the same picture as its dequantized weights do in ONNX Runtime', async () => {
    const bytes = readFileSync(googleFile);
    const pixels = await sharp(zebra).removeAlpha().resize(96, 96).raw().toBuffer();
    const image = Float32Array.from(pixels, (value) => value / 127.5 - 1);
    const best = (answer: ArrayLike<number>) => Array.from(answer).indexOf(Math.max(...Array.from(answer)));

    const session = await openLitert(bytes, googleFile);
    const answer = await session.run(encode(image, readTflite(bytes, googleFile).inputs[0] as TfliteTensor));
    session.close();

    const network = foldedFromTflite(bytes, googleFile, mobileNetV2(1, 96));
    const graph = buildInferenceGraph(network, { batch: 1, head: IMAGENET_HEAD });
    const float = await ort.InferenceSession.create(graph, { logSeverityLevel: 3 });
    const area = 96 * 96;
    const planes = Float32Array.from(image, (_, i) => image[(i % area) * 3 + Math.floor(i / area)]);
    const outputs = await float.run({ [IMAGE]: new ort.Tensor('float32', planes, [1, 3, 96, 96]) });
    await float.release();

    const names = readFileSync(join(pretrained, 'imagenet_labels.txt'), 'utf8').trim().split('\n');
    expect(names[best(answer)]).toMatch(/zebra/);
    expect(best(outputs[PROBABILITIES].data as Float32Array)).toBe(best(answer));
  });
});
