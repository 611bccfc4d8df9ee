import type { Config, TargetKind } from '../config/schema.ts';
import type { Faces } from '../data/dataset.ts';
import type { NetworkInfo } from '../model/network.ts';
import { type Architecture, convLayersOf } from '../nn/architecture.ts';
import { buildArchitecture, shapeOf } from '../nn/architectures.ts';
import {
  convolutionsOf,
  type FoldedConvolution,
  type FoldedNetwork,
  networkOf,
  stemToColour,
  stemToGrey,
} from '../nn/folded-network.ts';
import { LOGITS } from '../nn/layers.ts';
import { type ClassifierJob, trainClassifier } from '../train/classifier.ts';
import { initialState } from '../train/engine.ts';
import type { TrainingResult } from '../train/loop.ts';
import { PREDICT_BATCH, predictWith } from '../train/predict.ts';
import { loadNetwork, saveNetwork, type TrainedNetwork } from '../train/trained-network.ts';
import { activationParametersOf, calibrate } from './calibrate.ts';
import type { Prepared } from './ptq.ts';
import { activationParametersVector, buildQatGraph, foldedParametersOf } from './qat-graph.ts';
import { buildQdqGraph } from './qdq-graph.ts';
import { type QuantizedNetwork, quantizeNetwork } from './quantized-network.ts';
import { activationParameters, INT8_MAX, INT8_MIN, type QuantizationParameters, type Range } from './scheme.ts';

/** Weight of the former ranges when they are measured again after an epoch. */
const RANGE_DECAY = 0.5;

/** The configuration of a quantization-aware training of one head: that of the float training but for what differs. */
export function qatConfig(config: Config, head: TargetKind): Config {
  const { epochs, learningRate } = config.quantize;
  return { ...config, train: { ...config.train, targets: [head], epochs, learningRate, warmupEpochs: 0 } };
}

/**
 * Quantization-aware training of a network whose batch norm is folded (Jacob et al. 2018, arXiv:1712.05877, section 3).
 * It starts from post-training quantization, whose result is kept if no epoch is better on PublicTest. The ranges of the
 * activations are measured again after each epoch, as a moving average, and frozen for the last epochs.
 * @param prepared the network with batch norm folded, as `prepareRounding` gives it.
 * @param faces that it was prepared on.
 * @param job whose configuration is {@link qatConfig}'s.
 * @throws UserError if the data or the checkpoint do not fit the configuration.
 */
export function trainQuantized(
  { network, activations }: Prepared,
  faces: Faces,
  head: TargetKind,
  job: ClassifierJob,
): Promise<TrainingResult> {
  const { architecture, classes } = network;
  const { quantize } = job.config;
  const { epochs, frozenEpochs, observer, perChannel } = quantize;
  const labels = job.dataset.classes;
  const info: NetworkInfo = { ...shapeOf(architecture), classes, ...(labels && { labels }), heads: [head], epoch: 0 };
  return trainClassifier(job, {
    info,
    identity: { quantize },
    graph: (layout) => buildQatGraph(architecture, head, classes, layout, perChannel),
    validatesStart: true,
    start: async () => initialState(flattenNetwork(network, head), flattenActivations(network, activations)),
    afterEpoch: async (state, epoch) => {
      if (epoch >= epochs - frozenEpochs) return state;
      const { averagedParameters, averagedStatistics } = state;
      const calibration = await calibrate(floatNetwork(info, averagedParameters), head, faces);
      const measured = activationParametersOf(architecture, calibration, observer);
      const former = activationsFrom(info, averagedStatistics);
      const moved = [...measured].map(([name, now]) => {
        const before = rangeOfParameters(former.get(name) as QuantizationParameters);
        return [name, activationParameters(average(before, rangeOfParameters(now)), name)] as const;
      });
      return { ...state, averagedStatistics: flattenActivations(network, new Map(moved)) };
    },
    predict: ({ averagedParameters: parameters, averagedStatistics: statistics }, shown) => {
      const quantized = quantizedFrom({ info, parameters, statistics }, perChannel);
      return predictWith(buildQdqGraph(quantized, { batch: PREDICT_BATCH }), quantized, shown);
    },
    save: (path, { averagedParameters: parameters, averagedStatistics: statistics }, done) =>
      saveNetwork(path, { info: { ...info, epoch: done }, parameters, statistics }, quantizedTensors),
  });
}

/**
 * Reads a network that {@link trainQuantized} kept.
 * @throws UserError if the file is missing, broken, or no such network.
 */
export async function loadQuantized(path: string, perChannel: boolean): Promise<QuantizedNetwork> {
  return quantizedFrom(await loadNetwork(path, quantizedTensors), perChannel);
}

/** Which tensors a network in quantization-aware training has. */
const quantizedTensors = (architecture: Architecture, { classes }: NetworkInfo) => ({
  parameters: foldedParametersOf(architecture, classes),
  statistics: activationParametersVector(architecture),
});

function rangeOfParameters({ scale, zeroPoint }: QuantizationParameters): Range {
  return { min: (INT8_MIN - zeroPoint) * scale, max: (INT8_MAX - zeroPoint) * scale };
}

function average(former: Range, now: Range): Range {
  const mix = (a: number, b: number) => RANGE_DECAY * a + (1 - RANGE_DECAY) * b;
  return { min: mix(former.min, now.min), max: mix(former.max, now.max) };
}

/*
 * A network in quantization-aware training is kept as two flat vectors, as a network of floats is: its parameters are
 * those of `foldedParametersOf`, and in place of batch-norm statistics it has those of `activationParametersVector`.
 */

/** The integers that the flat vectors stand for. */
function quantizedFrom({ info, parameters, statistics }: TrainedNetwork, perChannel: boolean): QuantizedNetwork {
  return quantizeNetwork(floatNetwork(info, parameters), info.heads[0], activationsFrom(info, statistics), perChannel);
}

/** Kernels and biases as one vector, the stem's colours summed. */
function flattenNetwork(network: FoldedNetwork, head: string): Float32Array {
  const vector = foldedParametersOf(network.architecture, network.classes);
  const values = new Float32Array(vector.size);
  for (const [name, { kernel, bias }] of convolutionsOf(network, head)) {
    vector.view(values, `${name}/kernel`).set(name === 'stem' ? stemToGrey(kernel) : kernel);
    vector.view(values, `${name}/bias`).set(bias);
  }
  return values;
}

/** The network of floats that {@link flattenNetwork} flattened. */
function floatNetwork(info: NetworkInfo, values: Float32Array): FoldedNetwork {
  const { classes, heads } = info;
  const architecture = buildArchitecture(info);
  const vector = foldedParametersOf(architecture, classes);
  const convolution = (name: string): FoldedConvolution => {
    const kernel = vector.view(values, `${name}/kernel`).slice();
    return {
      kernel: name === 'stem' ? stemToColour(kernel) : kernel,
      bias: vector.view(values, `${name}/bias`).slice(),
    };
  };
  const names = [...convLayersOf(architecture).map(({ name }) => name), LOGITS];
  return networkOf(architecture, classes, heads[0], new Map(names.map((name) => [name, convolution(name)])));
}

/** Parameters of every activation as one vector. */
function flattenActivations(
  { architecture }: FoldedNetwork,
  activations: ReadonlyMap<string, QuantizationParameters>,
): Float32Array {
  const vector = activationParametersVector(architecture);
  const values = new Float32Array(vector.size);
  for (const [name, { scale, zeroPoint }] of activations) {
    vector.view(values, `${name}/scale`)[0] = scale;
    vector.view(values, `${name}/zeroPoint`)[0] = zeroPoint;
  }
  return values;
}

/** What {@link flattenActivations} flattened. */
function activationsFrom(info: NetworkInfo, values: Float32Array): Map<string, QuantizationParameters> {
  const vector = activationParametersVector(buildArchitecture(info));
  const names = vector.pieces.filter(({ name }) => name.endsWith('/scale')).map(({ name }) => name.slice(0, -6));
  return new Map(
    names.map((name) => {
      const [scale] = vector.view(values, `${name}/scale`);
      const [zeroPoint] = vector.view(values, `${name}/zeroPoint`);
      return [name, { scale, zeroPoint }];
    }),
  );
}
