import { LUMA } from '../core/bt601.ts';
import { type Architecture, type ConvLayer, convLayersOf, kernelTaps } from './architecture.ts';
import { LOGITS } from './layers.ts';
import { BATCH_NORM_EPSILON } from './operators/batch-norm.ts';
import type { FlatVector } from './parameters.ts';

const STEM_TAPS = 9;

export interface FoldedConvolution {
  /** In ONNX's order: stem [O, 3 colours, 3, 3], pointwise [O, I], depthwise [C, k, k], classifier [K, features]. */
  readonly kernel: Float32Array;
  /** [O]. */
  readonly bias: Float32Array;
}

/** A network as it runs after training: batch norm is folded into its convolutions, and it sees colours. */
export interface FoldedNetwork {
  readonly architecture: Architecture;
  readonly classes: number;
  /** Names of the classes, if they are known and not the seven expressions. */
  readonly labels?: readonly string[];
  /** Keyed by the layer's name. */
  readonly layers: ReadonlyMap<string, FoldedConvolution>;
  /** Keyed by the name of the head. */
  readonly classifiers: ReadonlyMap<string, FoldedConvolution>;
}

/**
 * Spreads a stem over grey pixels to one over red, green and blue by the luma weights: a camera's colours then count
 * exactly as if they had been made grey first, and a grey picture gives what the grey stem gives.
 * @param grey [O, 3, 3].
 * @returns [O, 3 colours, 3, 3].
 */
export function stemToColour(grey: Float32Array): Float32Array {
  return Float32Array.from({ length: grey.length * 3 }, (_, i) => {
    const output = Math.floor(i / (3 * STEM_TAPS));
    return LUMA[Math.floor(i / STEM_TAPS) % 3] * grey[output * STEM_TAPS + (i % STEM_TAPS)];
  });
}

/**
 * Sums a stem over its colours, which is exact for grey pictures.
 * @param colour [O, 3 colours, 3, 3].
 * @returns [O, 3, 3].
 */
export function stemToGrey(colour: Float32Array): Float32Array {
  return Float32Array.from({ length: colour.length / 3 }, (_, i) => {
    const first = Math.floor(i / STEM_TAPS) * 3 * STEM_TAPS + (i % STEM_TAPS);
    return colour[first] + colour[first + STEM_TAPS] + colour[first + 2 * STEM_TAPS];
  });
}

/** The convolutions of a network by the names of their activations: the classifier's is `logits`, of all these heads in a row. */
export function convolutionsOf(
  network: FoldedNetwork,
  head: string | readonly string[],
): Map<string, FoldedConvolution> {
  const classifiers = [head].flat().map((name) => {
    const classifier = network.classifiers.get(name);
    if (!classifier) throw new Error(`the network has no head ${name}`);
    return classifier;
  });
  const joined = (parts: readonly Float32Array[]) => Float32Array.from(parts.flatMap((part) => [...part]));
  const classifier = {
    kernel: joined(classifiers.map(({ kernel }) => kernel)),
    bias: joined(classifiers.map(({ bias }) => bias)),
  };
  return new Map([...network.layers, [LOGITS, classifier]]);
}

/** The network with one head that {@link convolutionsOf} took apart. */
export function networkOf(
  architecture: Architecture,
  classes: number,
  head: string,
  convolutions: ReadonlyMap<string, FoldedConvolution>,
): FoldedNetwork {
  const layers = new Map(convolutions);
  const classifier = layers.get(LOGITS) as FoldedConvolution;
  layers.delete(LOGITS);
  return { architecture, classes, layers, classifiers: new Map([[head, classifier]]) };
}

/** Folds batch norm with these running statistics into the convolutions: W' = W·γ/σ, b' = β − μ·γ/σ. */
export function foldNetwork(
  architecture: Architecture,
  heads: readonly string[],
  classes: number,
  parameters: { vector: FlatVector; values: Float32Array },
  statistics: { vector: FlatVector; values: Float32Array },
): FoldedNetwork {
  const parameter = (name: string) => parameters.vector.view(parameters.values, name);
  const statistic = (name: string) => statistics.vector.view(statistics.values, name);
  const foldLayer = (conv: ConvLayer): FoldedConvolution => {
    if (!conv.norm) return biased(conv.name);
    const variance = statistic(`${conv.name}/variance`);
    const mean = statistic(`${conv.name}/mean`);
    const beta = parameter(`${conv.name}/beta`);
    const scale = parameter(`${conv.name}/gamma`).map(
      (gamma, c) => gamma / Math.sqrt(variance[c] + BATCH_NORM_EPSILON),
    );
    const taps = kernelTaps(conv);
    const kernel = parameter(`${conv.name}/kernel`).map((w, i) => w * scale[Math.floor(i / taps)]);
    return {
      kernel: conv.kind === 'stem' ? stemToColour(kernel) : kernel,
      bias: beta.map((b, c) => b - mean[c] * scale[c]),
    };
  };
  const biased = (name: string): FoldedConvolution => ({
    kernel: parameter(`${name}/kernel`).slice(),
    bias: parameter(`${name}/bias`).slice(),
  });
  return {
    architecture,
    classes,
    layers: new Map(convLayersOf(architecture).map((conv) => [conv.name, foldLayer(conv)])),
    classifiers: new Map(heads.map((head) => [head, biased(`classifier/${head}`)])),
  };
}
