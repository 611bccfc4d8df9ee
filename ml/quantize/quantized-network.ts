import { PROBABILITIES } from '../model/inputs.ts';
import { type Architecture, inputsOf } from '../nn/architecture.ts';
import { convolutionsOf, type FoldedConvolution, type FoldedNetwork, networkOf } from '../nn/folded-network.ts';
import { denseLayersOf, layersOf } from '../nn/layers.ts';
import {
  biasScales,
  dequantize,
  fixedParameters,
  PROBABILITY_PARAMETERS,
  type QuantizationParameters,
  quantizeBias,
  quantizeKernel,
  weightScales,
} from './scheme.ts';

/** A convolution in integers; the order of its numbers is that of {@link FoldedConvolution}. */
export interface QuantizedConvolution {
  readonly kernel: Int8Array;
  /** Of the kernel, [O]; of a dense layer all the same. */
  readonly scales: Float32Array;
  /** [O]. */
  readonly bias: Int32Array;
  /** Of the bias: input scale × kernel scale, [O]. */
  readonly biasScales: Float32Array;
}

/** A network with one head in int8, as it runs on integers. */
export interface QuantizedNetwork {
  readonly architecture: Architecture;
  readonly classes: number;
  readonly head: string;
  /** Keyed by the layer's name; the classifier under `logits`. */
  readonly convolutions: ReadonlyMap<string, QuantizedConvolution>;
  /** Of every activation, keyed by its name, from those of the inputs to `prob`. */
  readonly activations: ReadonlyMap<string, QuantizationParameters>;
}

/**
 * Rounds a network to 8 bits. Dense layers have one scale for the whole kernel in any case: so Keras' classifiers were
 * converted when Snap wrote its notebook, and not every runtime takes FULLY_CONNECTED with a scale for each channel.
 * @param computed parameters of every activation but those with fixed ones: `image` and `prob`.
 * @param perChannel one scale for each output channel of a convolution's kernel, or one for the whole kernel.
 */
export function quantizeNetwork(
  network: FoldedNetwork,
  head: string,
  computed: ReadonlyMap<string, QuantizationParameters>,
  perChannel: boolean,
): QuantizedNetwork {
  const { architecture, classes } = network;
  const fixed = inputsOf(architecture).flatMap((input) => {
    const parameters = fixedParameters(input);
    return parameters ? [[input.name, parameters] as const] : [];
  });
  const activations = new Map<string, QuantizationParameters>([
    ...fixed,
    ...computed,
    [PROBABILITIES, PROBABILITY_PARAMETERS],
  ]);
  const floats = convolutionsOf(network, head);
  const dense = denseLayersOf(architecture);
  const convolutions = new Map<string, QuantizedConvolution>();
  for (const layer of layersOf(architecture)) {
    if (layer.kind !== 'convolution' && layer.kind !== 'classifier') continue;
    const { kernel, bias } = floats.get(layer.name) as FoldedConvolution;
    const { scale } = activations.get(layer.input) as QuantizationParameters;
    const scales = weightScales(kernel, bias, scale, perChannel && !dense.has(layer.name));
    const ofBias = biasScales(scale, scales);
    convolutions.set(layer.name, {
      kernel: quantizeKernel(kernel, scales),
      scales,
      bias: quantizeBias(bias, ofBias),
      biasScales: ofBias,
    });
  }
  return { architecture, classes, head, convolutions, activations };
}

/** The network of floats that computes with exactly the quantized weights, its activations unrounded. */
export function dequantizeNetwork({ architecture, classes, head, convolutions }: QuantizedNetwork): FoldedNetwork {
  const floats = new Map(
    [...convolutions].map(([name, { kernel, scales, bias, biasScales }]) => [
      name,
      { kernel: dequantize(kernel, scales), bias: dequantize(bias, biasScales) },
    ]),
  );
  return networkOf(architecture, classes, head, floats);
}
