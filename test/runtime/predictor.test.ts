import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { EMOTIONS } from '../../ml/core/emotions.ts';
import { UserError } from '../../ml/core/errors.ts';
import { Random } from '../../ml/core/random.ts';
import { FACE_PIXELS } from '../../ml/data/dataset.ts';
import { Graph, type Shape, sizeOf } from '../../ml/nn/graph.ts';
import { reshape, softmax } from '../../ml/nn/ops.ts';
import { loadPredictor } from '../../ml/runtime/predictor.ts';
import { facesIn, temporaryFolder } from '../data/helpers.ts';
import { scaledFace } from '../evaluate/scaled-face.ts';
import { randomValues } from '../nn/run-graph.ts';

const SIDE = 72;
const folder = temporaryFolder();

/** Weights that tell pixels and colours apart, small enough for the softmax. [7, 3, S, S] */
const kernel = Float32Array.from(randomValues([7, 3, SIDE, SIDE], new Random(3), -0.02, 0.02));

/** A linear classifier of the whole image as an ONNX file. */
async function linearModel(name: string, options: { input?: Shape; flat?: boolean; logits?: boolean } = {}) {
  const shape = options.input ?? [1, 3, SIDE, SIDE];
  const graph = new Graph();
  const image = graph.input('image', shape);
  const weights = graph.constant(
    kernel.subarray(0, 7 * sizeOf(shape.slice(1))),
    [7, shape[1], shape[2], shape[3]],
    'kernel',
  );
  const logits = graph.node('Conv', [image, weights], [shape[0], 7, 1, 1]);
  const answer = options.logits ? logits : softmax(logits, 1);
  graph.output('prob', options.flat ? reshape(answer, [shape[0], 7]) : answer);
  const file = join(folder, name);
  await writeFile(file, graph.encode(13));
  return file;
}

/** What the linear model should answer for a face. */
function naiveAnswer(face: Uint8Array): number[] {
  const image = scaledFace(face, SIDE);
  const logits = Array.from({ length: 7 }, (_, k) =>
    kernel
      .subarray(k * 3 * SIDE * SIDE, (k + 1) * 3 * SIDE * SIDE)
      .reduce((sum, w, i) => sum + w * image[i % image.length], 0),
  );
  const powers = logits.map(Math.exp);
  return powers.map((power) => power / powers.reduce((a, b) => a + b));
}

const random = new Random(5);
const faces = Uint8Array.from({ length: 70 * FACE_PIXELS }, () => random.integer(256));

describe('loadPredictor', () => {
  it.each([
    ['[1, 7, 1, 1]', false],
    ['[1, 7]', true],
  ])('gives the probabilities that the definition of scaling and range implies, output %s', async (name, flat) => {
    const predictor = await loadPredictor(await linearModel(`flat-${flat}.onnx`, { flat }));
    expect(predictor.size, name).toBe(SIDE);
    const probabilities = await predictor.predict(facesIn(faces.subarray(0, 3 * FACE_PIXELS)));
    await predictor.close();
    for (let face = 0; face < 3; face++) {
      const expected = naiveAnswer(faces.subarray(face * FACE_PIXELS, (face + 1) * FACE_PIXELS));
      expected.forEach((probability, k) => {
        expect(probabilities[face * 7 + k]).toBeCloseTo(probability, 4);
      });
    }
  });

  it('names the file of a model that fails while it runs', async () => {
    const graph = new Graph();
    const image = graph.input('image', [1, 3, SIDE, SIDE]);
    // One more than there are.
    const index = graph.integers([7]);
    const logits = graph.node('Conv', [image, graph.constant(kernel, [7, 3, SIDE, SIDE], 'kernel')], [1, 7, 1, 1]);
    const one = graph.node('Gather', [logits, index], [1, 1, 1, 1], { attributes: { axis: { int: 1 } } });
    graph.output('prob', graph.node('Mul', [logits, one], [1, 7, 1, 1]));
    await writeFile(join(folder, 'failing.onnx'), graph.encode(13));
    const predictor = await loadPredictor(join(folder, 'failing.onnx'));
    const run = predictor.predict(facesIn(faces.subarray(0, FACE_PIXELS)));
    await expect(run).rejects.toThrow(UserError);
    await expect(run).rejects.toThrow(/ONNX Runtime cannot run .*failing\.onnx: .*out of data bounds/);
    await predictor.close();
  });

  it('lets the event loop turn between its reports of progress', async () => {
    const predictor = await loadPredictor(await linearModel('progress.onnx'));
    const seen: (number | 'turn')[] = [];
    await predictor.predict(facesIn(faces), (done) => {
      seen.push(done);
      setImmediate(() => seen.push('turn'));
    });
    await predictor.close();
    expect(seen).toEqual([32, 'turn', 64, 'turn', 70, 'turn']);
  });

  it('says what is wrong with a file that is missing, cut off or no model', async () => {
    const file = await linearModel('cut.onnx');
    await truncate(file, 40_000);
    await expect(loadPredictor(file)).rejects.toThrow(/cut\.onnx is not a complete ONNX file/);
    const text = join(folder, 'text.onnx');
    await writeFile(text, 'version https');
    await expect(loadPredictor(text)).rejects.toThrow(UserError);
    await writeFile(text, '');
    await expect(loadPredictor(text)).rejects.toThrow(UserError);
    await expect(loadPredictor(join(folder, 'none.onnx'))).rejects.toThrow(/none\.onnx: it does not exist/);
  });

  it('knows the classes that a file names, as many as it answers with', async () => {
    const classifier = async (name: string, classes: number, metadata: Record<string, string>) => {
      const graph = new Graph();
      const values = Float32Array.from(randomValues([classes, 3, 8, 8], new Random(3), -0.02, 0.02));
      const weights = graph.constant(values, [classes, 3, 8, 8], 'kernel');
      graph.output(
        'prob',
        softmax(graph.node('Conv', [graph.input('image', [1, 3, 8, 8]), weights], [1, classes, 1, 1]), 1),
      );
      const file = join(folder, name);
      await writeFile(file, graph.encode(13, [], metadata));
      return file;
    };
    const three = await loadPredictor(await classifier('three.onnx', 3, { labels: 'wink,Kiss,Rest' }));
    expect(three.labels).toEqual(['wink', 'Kiss', 'Rest']);
    expect(await three.predict(facesIn(faces.subarray(0, 2 * FACE_PIXELS)))).toHaveLength(6);
    const seven = await loadPredictor(await classifier('seven.onnx', 7, {}));
    expect(seven.labels).toEqual(EMOTIONS);
    for (const predictor of [three, seven]) await predictor.close();
    await expect(loadPredictor(await classifier('nameless.onnx', 3, {}))).rejects.toThrow(
      /nameless\.onnx answers with 3 classes, but does not name them; .* "emotion-lens import"/,
    );
    await expect(loadPredictor(await classifier('two.onnx', 3, { labels: 'a,b' }))).rejects.toThrow(/but names 2/);
    await expect(loadPredictor(await classifier('twice.onnx', 3, { labels: 'a,b,B' }))).rejects.toThrow(
      /twice\.onnx: the metadata field labels is "a,b,B"; expected each class once/,
    );
    await expect(loadPredictor(await classifier('many.onnx', 65, {}))).rejects.toThrow(/for 2 to 64 classes/);
  });

  it('refuses other shapes and answers that are no probabilities', async () => {
    const grey = await linearModel('grey.onnx', { input: [1, 1, SIDE, SIDE] });
    await expect(loadPredictor(grey)).rejects.toThrow(/has the input float32 \[1, 1, 72, 72\]/);
    const batch = await linearModel('batch.onnx', { input: [2, 3, SIDE, SIDE] });
    await expect(loadPredictor(batch)).rejects.toThrow(UserError);
    const predictor = await loadPredictor(await linearModel('logits.onnx', { logits: true }));
    await expect(predictor.predict(facesIn(faces))).rejects.toThrow(/does not output probabilities/);
    await predictor.close();
  });
});
