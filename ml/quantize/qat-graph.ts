import { LUMA } from '../core/bt601.ts';
import {
  type Architecture,
  type ConvLayer,
  convLayersOf,
  inputsOf,
  kernelTaps,
  samePadding,
} from '../nn/architecture.ts';
import type { Tensor } from '../nn/graph.ts';
import { activationsOf, concatOf, denseLayersOf, LOGITS, layersOf } from '../nn/layers.ts';
import type { Layout } from '../nn/layout.ts';
import { CLIPPINGS } from '../nn/operators/activation.ts';
import { dropout, globalAveragePool, joinChannels, stemPatches } from '../nn/operators/simple.ts';
import { add, clip, columns, concat, div, mul, reshape, round, roundToBytes, sub } from '../nn/ops.ts';
import { FlatVector } from '../nn/parameters.ts';
import { StepGraph, type TrainingGraph } from '../nn/step-graph.ts';
import { classifierEnd, classifierInputs, MASK } from '../nn/training-graph.ts';
import {
  clipTensor,
  depthwiseSums,
  dequantize,
  type FakeQuantParameters,
  type FakeQuantTensor,
  pointwiseSums,
  type QuantizedWeights,
  quantizeWeights,
  requantize,
  requantizeExcited,
  requantizeProduct,
  requantizeSum,
} from './fake-quant.ts';
import { constantParameters, fixedParameters, INT8_MAX, INT8_MIN } from './scheme.ts';

/** The trained parameters: kernel and bias of each layer, batch norm folded in, and of the classifier, named `logits`. */
export function foldedParametersOf(architecture: Architecture, classes: number): FlatVector {
  const of = (name: string, channels: number, taps: number) => [
    { name: `${name}/kernel`, shape: [channels, taps], decays: true },
    { name: `${name}/bias`, shape: [channels, 1], decays: false },
  ];
  const layers = convLayersOf(architecture).flatMap((conv) => of(conv.name, conv.outChannels, kernelTaps(conv)));
  return new FlatVector([...layers, ...of(LOGITS, classes, architecture.features)]);
}

/** Scale and zero point of every activation but those with fixed ones: `image` and `prob`. */
export function activationParametersVector(architecture: Architecture): FlatVector {
  const observed = inputsOf(architecture).filter((input) => !fixedParameters(input));
  const activations = [...observed.map(({ name }) => name), ...activationsOf(architecture)];
  return new FlatVector(
    activations.flatMap((name) => [
      { name: `${name}/scale`, shape: [1], decays: false },
      { name: `${name}/zeroPoint`, shape: [1], decays: false },
    ]),
  );
}

/**
 * One step of quantization-aware training, with the inputs of {@link classifierInputs} and, as `statistics`, the scales and zero
 * points of {@link activationParametersVector}. Weights and activations are rounded exactly where the integer network rounds.
 */
export function buildQatGraph(
  architecture: Architecture,
  head: string,
  classes: number,
  layout: Layout,
  perChannel: boolean,
): TrainingGraph {
  const vector = activationParametersVector(architecture);
  const inputs = { ...classifierInputs(architecture, [head], classes, layout), statistics: [vector.size] };
  const step = new StepGraph(foldedParametersOf(architecture, classes), inputs, layout.blocked);
  const { tape } = step;
  const parameters = step.unpack('statistics', vector);
  const parameter = (name: string) => reshape(parameters.get(name) as Tensor, []);
  const fromZero = (name: string): FakeQuantParameters => ({ scale: parameter(`${name}/scale`) });
  const quantizationOf = (name: string): FakeQuantParameters => ({
    scale: parameter(`${name}/scale`),
    zeroPointOffset: sub(parameter(`${name}/zeroPoint`), INT8_MIN),
  });

  const dense = denseLayersOf(architecture);
  const concatenated = concatOf(architecture)?.inputs;
  const weightsOf = (name: string) => ({
    kernel: step.parameter(`${name}/kernel`),
    bias: step.parameter(`${name}/bias`),
  });
  const convolve = (x: FakeQuantTensor, conv: ConvLayer): FakeQuantTensor => {
    const { name } = conv;
    const source = weightsOf(name);
    const weights =
      conv.kind === 'stem'
        ? stemWeights()
        : quantizeWeights(source.kernel, source.bias, x.scale, perChannel && !dense.has(name));
    const sums =
      conv.kind === 'depthwise' ? depthwiseSums(layout, x.steps, weights, conv) : pointwiseSums(tape, x.steps, weights);
    const { outSide } = samePadding(conv.side, conv.kernelSide, conv.stride);
    const clipping = CLIPPINGS[conv.activation];
    const joined = concatenated?.includes(name);
    const target = clipping && !joined ? fromZero(name) : quantizationOf(name);
    const y = requantize(tape, layout, x, source, weights, sums, outSide, target);
    // The range of concatenated activations goes beyond what one of them is clipped to.
    return clipping && joined ? clipTensor(tape, y, clipping) : y;

    /** The exported stem sees colours; on grey pictures its three rounded kernels act as their sum. */
    function stemWeights(): QuantizedWeights {
      const taps = kernelTaps(conv);
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
  const activations = new Map<string, FakeQuantTensor>();
  for (const input of inputsOf(architecture)) {
    const { name } = input;
    const fixed = fixedParameters(input);
    if (fixed) {
      const image = clip(round(mul(step.input(name), 1 / fixed.scale)), INT8_MIN, INT8_MAX);
      const scale = graph.constant(fixed.scale);
      activations.set(name, { steps: stemPatches(layout, image), scale });
    } else {
      const { scale, zeroPointOffset } = quantizationOf(name);
      activations.set(name, { steps: roundToBytes(div(step.input(name), scale), zeroPointOffset), scale });
    }
  }
  const activation = (name: string) => activations.get(name) as FakeQuantTensor;
  for (const layer of layersOf(architecture)) {
    switch (layer.kind) {
      case 'convolution':
        activations.set(layer.name, convolve(activation(layer.input), layer.conv));
        break;
      case 'add':
        activations.set(layer.name, requantizeSum(tape, layer.inputs.map(activation), quantizationOf(layer.name)));
        break;
      case 'concat': {
        const parts = layer.inputs.map(activation);
        const steps = parts.map((part) => part.steps).reduce((a, b) => joinChannels(tape, a, b));
        activations.set(layer.name, { steps, scale: parts[0].scale });
        break;
      }
      case 'shift': {
        const three: FakeQuantTensor = { steps: graph.constant(INT8_MAX), scale: constantScale(3) };
        activations.set(layer.name, requantizeSum(tape, [activation(layer.input), three], fromZero(layer.name)));
        break;
      }
      case 'sixth': {
        const { steps, scale } = activation(layer.input);
        const sixth = { steps, scale: mul(mul(scale, constantScale(1 / 6)), INT8_MAX) };
        activations.set(layer.name, requantizeSum(tape, [sixth], fromZero(layer.name)));
        break;
      }
      case 'multiply': {
        const [excited, gate] = layer.inputs.map(activation);
        const target = quantizationOf(layer.name);
        const product = layer.perChannel
          ? requantizeExcited(tape, layout, excited, layer.side, gate, target)
          : requantizeProduct(tape, excited, gate, target);
        activations.set(layer.name, product);
        break;
      }
      case 'pool': {
        const { steps, scale } = activation(layer.input);
        const mean = { steps: globalAveragePool(tape, layout, steps, layer.side), scale };
        activations.set(layer.name, requantizeSum(tape, [mean], quantizationOf(layer.name)));
        break;
      }
      case 'classifier': {
        const { steps, scale } = activation(layer.input);
        const x = { steps: dropout(tape, steps, step.input(MASK)), scale };
        const source = weightsOf(LOGITS);
        const weights = quantizeWeights(source.kernel, source.bias, x.scale, false);
        const sums = pointwiseSums(tape, x.steps, weights);
        activations.set(layer.name, requantize(tape, layout, x, source, weights, sums, 1, quantizationOf(LOGITS)));
        break;
      }
      case 'softmax':
        break;
    }
  }
  return step.finish({ ...classifierEnd(step, [[head, dequantize(tape, activation(LOGITS))]]), statistics: vector });
}
