import { type Architecture, kernelTaps, seesImage, type Unit, unitsOf } from '../nn/architecture.ts';
import { classifierEnd, classifierInputs, MASK } from '../nn/classifier-step.ts';
import { LUMA } from '../nn/folded-network.ts';
import type { Tensor } from '../nn/graph.ts';
import { denseLayersOf, IMAGE, innerMapsOf, LANDMARKS, LOGITS, layersOf } from '../nn/layers.ts';
import type { Layout } from '../nn/layout.ts';
import { CLIPPINGS } from '../nn/operators/activation.ts';
import { dropout, globalAveragePool, joinChannels, stemPatches } from '../nn/operators/simple.ts';
import { add, clip, columns, concat, div, mul, reshape, round, roundToBytes, sub } from '../nn/ops.ts';
import { samePadding } from '../nn/padding.ts';
import { FlatVector } from '../nn/parameters.ts';
import { StepGraph, type TrainingGraph } from '../nn/step-graph.ts';
import {
  clipSteps,
  depthwiseSums,
  type Grid,
  pointwiseSums,
  type QuantizedWeights,
  quantizeWeights,
  requantize,
  requantizeExcited,
  requantizeProduct,
  requantizeSum,
  type StepMap,
  toReal,
} from './fake-quant.ts';
import { constantParameters, IMAGE_PARAMETERS, INT8_MAX, INT8_MIN } from './scheme.ts';

/** What is trained: kernel and bias of each unit, batch norm folded in, and of the classifier, named `logits`. */
export function foldedParametersOf(architecture: Architecture, classes: number): FlatVector {
  const of = (name: string, channels: number, taps: number) => [
    { name: `${name}/kernel`, shape: [channels, taps], decays: true },
    { name: `${name}/bias`, shape: [channels, 1], decays: false },
  ];
  const units = unitsOf(architecture).flatMap((unit) => of(unit.name, unit.outChannels, kernelTaps(unit)));
  return new FlatVector([...units, ...of(LOGITS, classes, architecture.features)]);
}

/** Scale and zero point of every map but `image` and `prob`, whose are fixed. */
export function mapParametersOf(architecture: Architecture): FlatVector {
  const maps = [...(architecture.landmarks ? [LANDMARKS] : []), ...innerMapsOf(architecture)];
  return new FlatVector(
    maps.flatMap((name) => [
      { name: `${name}/scale`, shape: [1], decays: false },
      { name: `${name}/zeroPoint`, shape: [1], decays: false },
    ]),
  );
}

/**
 * One step of quantization-aware training; see {@link classifierInputs} for what it takes. Weights and maps are rounded exactly where the integer
 * network rounds. The further input `statistics` has the maps' scales and zero points, see {@link mapParametersOf}.
 */
export function buildQatGraph(
  architecture: Architecture,
  head: string,
  classes: number,
  layout: Layout,
  perChannel: boolean,
): TrainingGraph {
  const vector = mapParametersOf(architecture);
  const inputs = { ...classifierInputs(architecture, [head], classes, layout), statistics: [vector.size] };
  const step = new StepGraph(foldedParametersOf(architecture, classes), inputs, layout.blocked);
  const { tape } = step;
  const parameters = step.unpack('statistics', vector);
  const parameter = (name: string) => reshape(parameters.get(name) as Tensor, []);
  const fromZero = (name: string): Grid => ({ scale: parameter(`${name}/scale`) });
  const gridOf = (name: string): Grid => ({
    scale: parameter(`${name}/scale`),
    below: sub(parameter(`${name}/zeroPoint`), INT8_MIN),
  });

  const dense = denseLayersOf(architecture);
  const weightsOf = (name: string) => ({
    kernel: step.parameter(`${name}/kernel`),
    bias: step.parameter(`${name}/bias`),
  });
  const convolve = (x: StepMap, unit: Unit): StepMap => {
    const { name } = unit;
    const source = weightsOf(name);
    const weights =
      unit.kind === 'stem'
        ? stemWeights()
        : quantizeWeights(source.kernel, source.bias, x.scale, perChannel && !dense.has(name));
    const sums =
      unit.kind === 'depthwise' ? depthwiseSums(layout, x.steps, weights, unit) : pointwiseSums(tape, x.steps, weights);
    const { outSide } = samePadding(unit.side, unit.kernelSide, unit.stride);
    const clipping = CLIPPINGS[unit.activation];
    const joined = architecture.landmarks === unit && seesImage(architecture);
    const grid = clipping && !joined ? fromZero(name) : gridOf(name);
    const y = requantize(tape, layout, x, source, weights, sums, outSide, grid);
    // The grid of a map that is joined goes beyond what it is clipped to.
    return clipping && joined ? clipSteps(tape, y, clipping) : y;

    /** The exported stem sees colours; on grey pictures its three rounded kernels act as their sum. */
    function stemWeights(): QuantizedWeights {
      const taps = kernelTaps(unit);
      const colours = concat(
        LUMA.map((share) => mul(source.kernel, share)),
        1,
      );
      const rounded = quantizeWeights(colours, source.bias, x.scale, perChannel);
      const planes = LUMA.map((_, colour) =>
        columns(
          rounded.kernel,
          Array.from({ length: taps }, (_, k) => colour * taps + k),
        ),
      );
      return { ...rounded, kernel: planes.reduce((a, b) => add(a, b)) };
    }
  };

  const { graph } = step;
  const constantScale = (value: number) => graph.constant(constantParameters(value).scale);
  const maps = new Map<string, StepMap>();
  if (seesImage(architecture)) {
    const image = clip(round(mul(step.input(IMAGE), 1 / IMAGE_PARAMETERS.scale)), INT8_MIN, INT8_MAX);
    const scale = graph.constant(IMAGE_PARAMETERS.scale);
    maps.set(IMAGE, { steps: stemPatches(layout, image), scale });
  }
  if (architecture.landmarks) {
    const { scale, below } = gridOf(LANDMARKS);
    maps.set(LANDMARKS, { steps: roundToBytes(div(step.input(LANDMARKS), scale), below), scale });
  }
  const map = (name: string) => maps.get(name) as StepMap;
  for (const layer of layersOf(architecture)) {
    switch (layer.kind) {
      case 'convolution':
        maps.set(layer.name, convolve(map(layer.input), layer.unit));
        break;
      case 'add':
        maps.set(layer.name, requantizeSum(tape, layer.inputs.map(map), gridOf(layer.name)));
        break;
      case 'concat': {
        const [ofImage, ofLandmarks] = layer.inputs.map(map);
        const steps = joinChannels(tape, ofImage.steps, ofLandmarks.steps);
        maps.set(layer.name, { steps, scale: ofImage.scale });
        break;
      }
      case 'shift': {
        const three: StepMap = { steps: graph.constant(INT8_MAX), scale: constantScale(3) };
        maps.set(layer.name, requantizeSum(tape, [map(layer.input), three], fromZero(layer.name)));
        break;
      }
      case 'sixth': {
        const { steps, scale } = map(layer.input);
        const sixth = { steps, scale: mul(mul(scale, constantScale(1 / 6)), INT8_MAX) };
        maps.set(layer.name, requantizeSum(tape, [sixth], fromZero(layer.name)));
        break;
      }
      case 'multiply': {
        const [excited, gate] = layer.inputs.map(map);
        const grid = gridOf(layer.name);
        const product = layer.perChannel
          ? requantizeExcited(tape, layout, excited, layer.side, gate, grid)
          : requantizeProduct(tape, excited, gate, grid);
        maps.set(layer.name, product);
        break;
      }
      case 'pool': {
        const { steps, scale } = map(layer.input);
        const mean = { steps: globalAveragePool(tape, layout, steps, layer.side), scale };
        maps.set(layer.name, requantizeSum(tape, [mean], gridOf(layer.name)));
        break;
      }
      case 'classifier': {
        const { steps, scale } = map(layer.input);
        const x = { steps: dropout(tape, steps, step.input(MASK)), scale };
        const source = weightsOf(LOGITS);
        const weights = quantizeWeights(source.kernel, source.bias, x.scale, false);
        const sums = pointwiseSums(tape, x.steps, weights);
        maps.set(layer.name, requantize(tape, layout, x, source, weights, sums, 1, gridOf(LOGITS)));
        break;
      }
      case 'softmax':
        break;
    }
  }
  return step.finish({ ...classifierEnd(step, [[head, toReal(tape, map(LOGITS))]]), statistics: vector });
}
