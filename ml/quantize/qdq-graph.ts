import type { Tensor } from '../nn/graph.ts';
import { buildGraph, type GraphForm } from '../nn/inference-graph.ts';
import { concatOf } from '../nn/layers.ts';
import { clip } from '../nn/ops.ts';
import type { QuantizedConvolution, QuantizedNetwork } from './quantized-network.ts';
import { constantParameters, INT8_MAX, type QuantizationParameters, UINT8_OFFSET } from './scheme.ts';

/** The first operator set with scales per channel is 13. */
const OPSET = 13;

/**
 * A quantized network as an ONNX file in QDQ form: every activation goes through QuantizeLinear and DequantizeLinear, weights
 * are stored in 8 and biases in 32 bits, so that ONNX Runtime puts its integer kernels in. ReLU6 and ReLU are the clamping of
 * the integers. Inputs and output are those of `buildInferenceGraph`.
 *
 * Activations and weights are written as uint8, the same integers moved by 128: on x86 without VNNI the runtime's kernels for
 * int8 weights saturate in 16 bits, and those for uint8 are exact. Where int8 is exact too, `ml/runtime` opens files with it.
 * @param options.activations to output in addition to the probabilities, as floats after their rounding.
 */
export function buildQdqGraph(
  network: QuantizedNetwork,
  options: { batch: number; activations?: readonly string[]; metadata?: Readonly<Record<string, string>> },
): Uint8Array {
  const joined = concatOf(network.architecture);
  const form: GraphForm = {
    opset: OPSET,
    padNodes: false,
    weights: (graph, name, shape) => {
      const { kernel, scales, bias, biasScales } = network.convolutions.get(name) as QuantizedConvolution;
      const weights = graph.quantized(
        Uint8Array.from(kernel, (q) => q + UINT8_OFFSET),
        shape,
        `${name}/kernel`,
      );
      const zeroPoints = graph.quantized(new Uint8Array(scales.length).fill(UINT8_OFFSET), [scales.length]);
      const biases = graph.quantized(bias, [bias.length], `${name}/bias`);
      return [
        perChannel([weights, graph.constant(scales), zeroPoints]),
        perChannel([biases, graph.constant(biasScales)]),
      ];
    },
    constant: (graph, value) => {
      const scale = graph.constant(constantParameters(value).scale);
      const [q, zero] = [UINT8_OFFSET + INT8_MAX, UINT8_OFFSET].map((byte) => Uint8Array.of(byte));
      const inputs = [graph.quantized(q, [1, 1, 1, 1]), scale, graph.quantized(zero, [])];
      return graph.node('DequantizeLinear', inputs, [1, 1, 1, 1]);
    },
    activation: (x, name) => roundTrip(x, network.activations.get(name) as QuantizationParameters),
    clip: (x, activation, name) => {
      // The integers of its own grid clamp an activation, but not those of a grid that it shares with another activation.
      if (!joined?.inputs.includes(name) || activation !== 'relu6') return x;
      return clip(x, 0, 6);
    },
  };
  return buildGraph(network.architecture, network.classes, form, options);
}

/** Real numbers of constant integers, with a scale for each of the first axis. */
function perChannel(inputs: readonly Tensor[]): Tensor {
  const [{ graph, shape }] = inputs;
  return graph.node('DequantizeLinear', inputs, shape, { attributes: { axis: { int: 0 } } });
}

function roundTrip(x: Tensor, { scale, zeroPoint }: QuantizationParameters): Tensor {
  const parameters = [x.graph.constant(scale), x.graph.quantized(Uint8Array.of(zeroPoint + UINT8_OFFSET), [])];
  const integers = x.graph.node('QuantizeLinear', [x, ...parameters], x.shape, { type: 'uint8' });
  return x.graph.node('DequantizeLinear', [integers, ...parameters], x.shape);
}
