import { extname } from 'node:path';
import { UserError } from '../core/errors.ts';
import { readBytes } from '../core/files.ts';
import type { Reporter } from '../core/progress.ts';
import { Random } from '../core/random.ts';
import type { Faces } from '../data/dataset.ts';
import { type Architecture, kernelTaps, normedUnitsOf, seesImage, type Unit, unitsOf } from '../nn/architecture.ts';
import { buildArchitecture } from '../nn/architectures.ts';
import { type FoldedNetwork, stemToGrey } from '../nn/folded-network.ts';
import { buildInferenceGraph } from '../nn/inference-graph.ts';
import { BATCH_NORM_EPSILON } from '../nn/operators/batch-norm.ts';
import { type FlatVector, parametersOf, randomParameters, statisticsOf } from '../nn/parameters.ts';
import { exportedInfo, foldedFromOnnx } from '../weights/from-onnx.ts';
import { foldedFromTfjs } from '../weights/from-tfjs.ts';
import { foldedFromTflite } from '../weights/from-tflite.ts';
import { runOverFaces } from './predict.ts';
import type { NetworkInfo, TrainedNetwork } from './trained-network.ts';

/** Images of one run while batch norm is measured. */
const CALIBRATION_BATCH = 16;

/**
 * The network before its first step.
 *
 * With imported weights, batch norm is put back: its statistics are measured on `faces`, and γ and β are chosen so that
 * it changes nothing (γ = √(σ² + ε), β = μ + bias). In evaluation the network then computes exactly what the imported
 * one does, and in training, where the batch's own statistics are used, nearly so. Weights without landmarks leave the
 * landmarks' layer at its random start, see {@link fitLandmarkUnit}, and give its features no say: their columns of the
 * classifier are 0.
 * @param weights `none`, a `.tflite` of Google's, a `.json` of TensorFlow.js or an `.onnx` that this project exported.
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
  for (const unit of normedUnitsOf(architecture)) statisticsVector.view(statistics, `${unit.name}/variance`).fill(1);
  if (architecture.landmarks) fitLandmarkUnit(architecture.landmarks, vector, parameters, faces);
  if (weights === 'none') return { info, parameters, statistics };

  const imported = await readWeights(weights, architecture);
  const observed = seesImage(architecture) ? await observe(imported, faces) : undefined;
  for (const unit of unitsOf(architecture)) {
    const given = imported.units.get(unit.name);
    if (!given) continue;
    const { kernel, bias } = given;
    vector.view(parameters, `${unit.name}/kernel`).set(unit.kind === 'stem' ? stemToGrey(kernel) : kernel);
    if (!unit.norm || !observed) {
      vector.view(parameters, `${unit.name}/bias`).set(bias);
      continue;
    }
    const { mean, variance } = observed(unit.name);
    vector.view(parameters, `${unit.name}/gamma`).set(variance.map((v) => Math.sqrt(v + BATCH_NORM_EPSILON)));
    vector.view(parameters, `${unit.name}/beta`).set(mean);
    statisticsVector.view(statistics, `${unit.name}/mean`).set(mean.map((m, c) => m - bias[c]));
    statisticsVector.view(statistics, `${unit.name}/variance`).set(variance);
  }
  for (const [i, head] of info.heads.entries()) {
    const classifier = imported.classifiers.get(head) ?? [...imported.classifiers.values()][i];
    // The expressions come first, so that a network with a further class takes over the others.
    if (!classifier || imported.classes > info.classes) continue;
    const own = vector.view(parameters, `classifier/${head}/kernel`);
    own.set(withColumns(classifier.kernel, imported.classes, architecture.features));
    vector.view(parameters, `classifier/${head}/bias`).set(classifier.bias);
  }
  reporter.note(`weights: ${weights}, batch norm measured on ${faces.count} faces`);
  return { info, parameters, statistics };
}

/**
 * Makes a random layer over landmarks one over what is peculiar to a face: W' = W/σ and b = −W'·μ, with the mean μ of each
 * value over the faces that have landmarks and the deviation σ from it. All faces are much alike beside zeros, and their
 * differences would hardly reach the classifier otherwise (data-dependent initialization, Krähenbühl et al. 2015,
 * arXiv:1511.06856).
 */
function fitLandmarkUnit(unit: Unit, vector: FlatVector, parameters: Float32Array, faces: Faces): void {
  const all = Array.from({ length: faces.count }, (_, place) => faces.landmarks?.(place) ?? new Float32Array());
  const found = all.filter((landmarks) => landmarks.some((value) => value !== 0));
  if (found.length === 0) return;
  const means = Array.from({ length: unit.inChannels }, (_, i) => {
    return found.reduce((sum, landmarks) => sum + landmarks[i], 0) / found.length;
  });
  const squares = found.reduce((sum, landmarks) => {
    return landmarks.reduce((own, value, i) => own + (value - means[i]) ** 2, sum);
  }, 0);
  const deviation = Math.sqrt(squares / found.length / unit.inChannels) || 1;
  const kernel = vector.view(parameters, `${unit.name}/kernel`);
  const bias = vector.view(parameters, `${unit.name}/bias`);
  for (const [at, weight] of kernel.entries()) {
    kernel[at] = weight / deviation;
    bias[Math.floor(at / unit.inChannels)] -= kernel[at] * means[at % unit.inChannels];
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

/** Of the image alone, as others publish networks. */
const ofImage =
  (read: Reader): Reader =>
  (bytes, file, architecture) =>
    read(bytes, file, { ...architecture, landmarks: undefined });

const READERS: Readonly<Record<string, Reader>> = {
  '.tflite': ofImage(foldedFromTflite),
  '.json': ofImage(foldedFromTfjs),
  '.onnx': foldedFromOnnx,
};

/** Reads a weight file by its kind and checks every shape. */
async function readWeights(file: string, architecture: Architecture): Promise<FoldedNetwork> {
  const kind = extname(file).toLowerCase();
  if (!Object.hasOwn(READERS, kind)) {
    throw new UserError(
      `model.weights is ${file}; expected a .tflite of Google's, a model.json of TensorFlow.js, an exported .onnx, or none`,
    );
  }
  const bytes = await readBytes(file);
  const ofLandmarks = kind === '.onnx' && exportedInfo(bytes, file).landmarks === 'alone';
  if (ofLandmarks === seesImage(architecture)) {
    throw new UserError(
      `${file} is a network that sees ${ofLandmarks ? 'landmarks alone' : 'the image'}, the one to be trained sees ` +
        `${ofLandmarks ? 'the image' : 'landmarks alone'}; choose other weights, none, or another --landmarks`,
    );
  }
  const network = await READERS[kind](bytes, file, architecture);
  for (const unit of unitsOf(architecture)) {
    const expected = unit.outChannels * kernelTaps(unit) * (unit.kind === 'stem' ? 3 : 1);
    const found = network.units.get(unit.name)?.kernel.length;
    if (unit === architecture.landmarks && found === undefined && seesImage(architecture)) continue;
    if (found !== expected) {
      throw new UserError(
        `${file}: ${unit.name} has ${found ?? 'no'} weights, ${architecture.name} of width ${architecture.width} has ${expected}; ` +
          'choose weights of the same width, or change model.width',
      );
    }
  }
  return network;
}

/** Mean and variance of each unit's convolution, bias included, over the faces. */
async function observe(network: FoldedNetwork, faces: Faces) {
  const graph = buildInferenceGraph(network, { batch: CALIBRATION_BATCH, observe: true });
  const sums = new Map<string, Float64Array>();
  let batches = 0;
  // The last batch would repeat faces of the one before it, so it is left out unless it is whole.
  const whole = { ...faces, count: faces.count - (faces.count % CALIBRATION_BATCH) };
  await runOverFaces(graph, network.architecture.size, CALIBRATION_BATCH, whole, (outputs) => {
    batches += 1;
    for (const [name, tensor] of Object.entries(outputs)) {
      const values = tensor.data as Float32Array;
      const sum = sums.get(name) ?? new Float64Array(values.length);
      for (const [i, value] of values.entries()) sum[i] += value;
      sums.set(name, sum);
    }
  });
  if (batches === 0)
    throw new UserError(`at least ${CALIBRATION_BATCH} training faces are needed to take over weights`);
  return (unit: string) => {
    const mean = Float32Array.from(sums.get(`${unit}/mean`) as Float64Array, (sum) => sum / batches);
    const variance = Float32Array.from(sums.get(`${unit}/square`) as Float64Array, (sum, c) =>
      Math.max(0, sum / batches - mean[c] ** 2),
    );
    return { mean, variance };
  };
}
