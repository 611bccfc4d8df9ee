import type { Config, TargetKind } from '../config/schema.ts';
import type { Faces } from '../data/dataset.ts';
import type { Architecture } from '../nn/architecture.ts';
import { shapeOf } from '../nn/architectures.ts';
import { type ClassifierJob, trainClassifier } from '../train/classifier.ts';
import { initialState } from '../train/engine.ts';
import type { TrainingResult } from '../train/loop.ts';
import { PREDICT_BATCH, predictWith } from '../train/predict.ts';
import { loadNetwork, type NetworkInfo, saveNetwork } from '../train/trained-network.ts';
import { calibrate, mapParameters } from './calibrate.ts';
import type { Prepared } from './ptq.ts';
import { buildQatGraph, foldedParametersOf, mapParametersOf } from './qat-graph.ts';
import { flattenMaps, flattenNetwork, floatNetwork, mapsFrom, quantizedFrom } from './qat-state.ts';
import { buildQdqGraph } from './qdq-graph.ts';
import type { QuantizedNetwork } from './quantized-network.ts';
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
 * It begins with what quantization after training gives, which is also kept if no epoch is better on PublicTest. The maps'
 * ranges are measured again after each epoch, as a moving average, until they are frozen for the last epochs.
 * @param prepared the network with batch norm folded, as `prepareRounding` gives it.
 * @param faces that it was prepared on.
 * @param job whose configuration is {@link qatConfig}'s.
 * @throws UserError if the data or the checkpoint do not fit the configuration.
 */
export function trainQuantized(
  { network, maps }: Prepared,
  faces: Faces,
  head: TargetKind,
  job: ClassifierJob,
): Promise<TrainingResult> {
  const { architecture, classes } = network;
  const { quantize } = job.config;
  const { epochs, frozenEpochs, observer, perChannel } = quantize;
  const info: NetworkInfo = { ...shapeOf(architecture), classes, heads: [head], epoch: 0 };
  return trainClassifier(job, {
    info,
    identity: { quantize },
    graph: (layout) => buildQatGraph(architecture, head, classes, layout, perChannel),
    validatesStart: true,
    start: async () => initialState(flattenNetwork(network, head), flattenMaps(network, maps)),
    afterEpoch: async (state, epoch) => {
      if (epoch >= epochs - frozenEpochs) return state;
      const { averagedParameters, averagedStatistics } = state;
      const calibration = await calibrate(floatNetwork(info, averagedParameters), head, faces);
      const measured = mapParameters(architecture, calibration, observer);
      const former = mapsFrom(info, averagedStatistics);
      const moved = [...measured].map(([name, now]) => {
        const before = rangeOfParameters(former.get(name) as QuantizationParameters);
        return [name, activationParameters(average(before, rangeOfParameters(now)), name)] as const;
      });
      return { ...state, averagedStatistics: flattenMaps(network, new Map(moved)) };
    },
    predict: ({ averagedParameters: parameters, averagedStatistics: statistics }, _head, shown) => {
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
  statistics: mapParametersOf(architecture),
});

function rangeOfParameters({ scale, zeroPoint }: QuantizationParameters): Range {
  return { min: (INT8_MIN - zeroPoint) * scale, max: (INT8_MAX - zeroPoint) * scale };
}

function average(former: Range, now: Range): Range {
  const mix = (a: number, b: number) => RANGE_DECAY * a + (1 - RANGE_DECAY) * b;
  return { min: mix(former.min, now.min), max: mix(former.max, now.max) };
}
