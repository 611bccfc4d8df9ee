import { extname } from 'node:path';
import { beginsWith } from '../core/class-list.ts';
import { EMOTIONS } from '../core/emotions.ts';
import { UserError } from '../core/errors.ts';
import { readBytes } from '../core/files.ts';
import type { Reporter } from '../core/progress.ts';
import { Random } from '../core/random.ts';
import type { Faces } from '../data/dataset.ts';
import { fillInput, valuesOf } from '../model/inputs.ts';
import type { NetworkInfo } from '../model/network.ts';
import {
  type Architecture,
  type Branch,
  batchNormLayersOf,
  convLayersOf,
  imageOnly,
  kernelTaps,
  optionalLayersOf,
  seesImage,
} from '../nn/architecture.ts';
import { buildArchitecture } from '../nn/architectures.ts';
import { type FoldedNetwork, stemToGrey } from '../nn/folded-network.ts';
import { buildInferenceGraph } from '../nn/inference-graph.ts';
import { BATCH_NORM_EPSILON } from '../nn/operators/batch-norm.ts';
import { type FlatVector, parametersOf, randomParameters, statisticsOf } from '../nn/parameters.ts';
import { exportedInfo, foldedFromOnnx } from '../weights/from-onnx.ts';
import { foldedFromTfjs } from '../weights/from-tfjs.ts';
import { foldedFromTflite } from '../weights/from-tflite.ts';
import { runOverFaces } from './predict.ts';
import type { TrainedNetwork } from './trained-network.ts';

/** Images of one run while batch norm is measured. */
const CALIBRATION_BATCH = 16;

/**
 * The network before its first step.
 *
 * With imported weights, batch norm is put back: its statistics are measured on `faces`, and γ and β are chosen so that
 * it changes nothing (γ = √(σ² + ε), β = μ + bias). In evaluation the network then computes exactly what the imported
 * one does, and in training, where the batch's own statistics are used, nearly so. Weights for fewer inputs leave the
 * dense layer of the others at its random start, see {@link standardizeInput}, and its columns of the classifier are 0.
 * @param weights `none`, a `.tflite` from Google, a `.json` of TensorFlow.js or an `.onnx` that this project exported.
 * @param faces training faces; a few hundred are enough.
 * @throws UserError if the file is missing, broken or of another architecture.
 */
export async function initialNetwork(
  info: NetworkInfo,
  weights: string,
  faces: Faces,
  seed: number,
  reporter: Reporter,
): Promise<TrainedNetwork> {
  const architecture = buildArchitecture(info);
  const vector = parametersOf(architecture, info.heads, info.classes);
  const statisticsVector = statisticsOf(architecture);
  const parameters = randomParameters(vector, new Random(seed));
  const statistics = new Float32Array(statisticsVector.size);
  for (const conv of batchNormLayersOf(architecture))
    statisticsVector.view(statistics, `${conv.name}/variance`).fill(1);
  for (const branch of architecture.branches)
    if (branch.input.kind !== 'image') standardizeInput(branch, vector, parameters, faces);
  if (weights === 'none') return { info, parameters, statistics };

  const imported = await readWeights(weights, architecture);
  const observed = seesImage(architecture) ? await observe(imported, faces) : undefined;
  for (const conv of convLayersOf(architecture)) {
    const given = imported.layers.get(conv.name);
    if (!given) continue;
    const { kernel, bias } = given;
    vector.view(parameters, `${conv.name}/kernel`).set(conv.kind === 'stem' ? stemToGrey(kernel) : kernel);
    if (!conv.norm || !observed) {
      vector.view(parameters, `${conv.name}/bias`).set(bias);
      continue;
    }
    const { mean, variance } = observed(conv.name);
    vector.view(parameters, `${conv.name}/gamma`).set(variance.map((v) => Math.sqrt(v + BATCH_NORM_EPSILON)));
    vector.view(parameters, `${conv.name}/beta`).set(mean);
    statisticsVector.view(statistics, `${conv.name}/mean`).set(mean.map((m, c) => m - bias[c]));
    statisticsVector.view(statistics, `${conv.name}/variance`).set(variance);
  }
  for (const [i, head] of info.heads.entries()) {
    const classifier = imported.classifiers.get(head) ?? [...imported.classifiers.values()][i];
    // A network with further classes takes over those that come first.
    const isKnown = beginsWith(info.labels ?? EMOTIONS, imported.labels ?? EMOTIONS);
    if (!classifier || !isKnown || imported.classes > info.classes) continue;
    const own = vector.view(parameters, `classifier/${head}/kernel`);
    own.set(withColumns(classifier.kernel, imported.classes, architecture.features));
    vector.view(parameters, `classifier/${head}/bias`).set(classifier.bias);
  }
  reporter.note(`weights: ${weights}, batch norm measured on ${faces.count} faces`);
  return { info, parameters, statistics };
}

/**
 * Makes the first layer over a row of numbers one over what is peculiar to a face: W' = W/σ and b = −W'·μ, with the mean μ of
 * each number over the faces that have any and the deviation σ from it. The landmarks of all faces are much alike next to
 * zeros, and their differences would hardly reach the classifier otherwise (data-dependent initialization, Krähenbühl et al.
 * 2015, arXiv:1511.06856).
 */
function standardizeInput({ input, tail }: Branch, vector: FlatVector, parameters: Float32Array, faces: Faces): void {
  const count = valuesOf(input);
  const all = Array.from({ length: faces.count }, (_, place) => {
    const values = new Float32Array(count);
    fillInput(input, faces, place, values);
    return values;
  });
  const found = all.filter((values) => values.some((value) => value !== 0));
  if (found.length === 0) return;
  const means = Array.from({ length: count }, (_, i) => {
    return found.reduce((sum, values) => sum + values[i], 0) / found.length;
  });
  const squares = found.reduce((sum, values) => {
    return values.reduce((own, value, i) => own + (value - means[i]) ** 2, sum);
  }, 0);
  const deviation = Math.sqrt(squares / found.length / count) || 1;
  const [{ name }] = tail;
  const kernel = vector.view(parameters, `${name}/kernel`);
  const bias = vector.view(parameters, `${name}/bias`);
  for (const [at, weight] of kernel.entries()) {
    kernel[at] = weight / deviation;
    bias[Math.floor(at / count)] -= kernel[at] * means[at % count];
  }
}

/**
 * A matrix with more columns, which are 0, or with fewer.
 * @param matrix [rows, …].
 */
function withColumns(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const given = matrix.length / rows;
  const result = new Float32Array(rows * columns);
  for (let row = 0; row < rows; row++) {
    const kept = matrix.subarray(row * given, row * given + Math.min(given, columns));
    result.set(kept, row * columns);
  }
  return result;
}

type Reader = (bytes: Uint8Array, file: string, architecture: Architecture) => FoldedNetwork | Promise<FoldedNetwork>;

/** Reads published networks, which see only the image. */
const ofImage =
  (read: Reader): Reader =>
  (bytes, file, architecture) =>
    read(bytes, file, imageOnly(architecture));

const READERS: Readonly<Record<string, Reader>> = {
  '.tflite': ofImage(foldedFromTflite),
  '.json': ofImage(foldedFromTfjs),
  '.onnx': foldedFromOnnx,
};

/**
 * Reads the weights that a network is to start from, only to find out whether it can.
 * @throws UserError as {@link initialNetwork} does.
 */
export async function checkWeights(weights: string, architecture: Architecture): Promise<void> {
  if (weights !== 'none') await readWeights(weights, architecture);
}

/** Reads a weight file by its kind and checks every shape. */
async function readWeights(file: string, architecture: Architecture): Promise<FoldedNetwork> {
  const kind = extname(file).toLowerCase();
  if (!Object.hasOwn(READERS, kind)) {
    throw new UserError(
      `model.weights is ${file}; expected a .tflite from Google, a model.json of TensorFlow.js, an exported .onnx, or none`,
    );
  }
  const bytes = await readBytes(file);
  const ofLandmarks = kind === '.onnx' && exportedInfo(bytes, file).landmarks === 'landmarksOnly';
  if (ofLandmarks === seesImage(architecture)) {
    throw new UserError(
      `${file} is a network that sees ${ofLandmarks ? 'only landmarks' : 'the image'}, but the one to be trained sees ` +
        `${ofLandmarks ? 'the image' : 'only landmarks'}; choose other weights, none, or another --landmarks`,
    );
  }
  const network = await READERS[kind](bytes, file, architecture);
  const optional = optionalLayersOf(architecture);
  for (const conv of convLayersOf(architecture)) {
    const expected = conv.outChannels * kernelTaps(conv) * (conv.kind === 'stem' ? 3 : 1);
    const found = network.layers.get(conv.name)?.kernel.length;
    if (found === undefined && optional.has(conv)) continue;
    if (found !== expected) {
      throw new UserError(
        `${file}: ${conv.name} has ${found ?? 'no'} weights, but ${architecture.name} of width ${architecture.width} has ${expected}; ` +
          'choose weights of the same width, or change model.width',
      );
    }
  }
  return network;
}

/** Mean and variance of each layer's convolution, bias included, over the faces. */
async function observe(network: FoldedNetwork, faces: Faces) {
  const graph = buildInferenceGraph(network, { batch: CALIBRATION_BATCH, observe: true });
  const sums = new Map<string, Float64Array>();
  let batches = 0;
  // The last batch would repeat faces of the one before it, so it is left out unless it is whole.
  const whole = { ...faces, count: faces.count - (faces.count % CALIBRATION_BATCH) };
  await runOverFaces(graph, network.architecture, CALIBRATION_BATCH, whole, (outputs) => {
    batches += 1;
    for (const [name, tensor] of Object.entries(outputs)) {
      const values = tensor.data as Float32Array;
      const sum = sums.get(name) ?? new Float64Array(values.length);
      for (const [i, value] of values.entries()) sum[i] += value;
      sums.set(name, sum);
    }
  });
  if (batches === 0)
    throw new UserError(`importing weights needs at least ${CALIBRATION_BATCH} training faces; add faces`);
  return (conv: string) => {
    const mean = Float32Array.from(sums.get(`${conv}/mean`) as Float64Array, (sum) => sum / batches);
    const variance = Float32Array.from(sums.get(`${conv}/square`) as Float64Array, (sum, c) =>
      Math.max(0, sum / batches - mean[c] ** 2),
    );
    return { mean, variance };
  };
}
