import { type Architecture, kernelTaps, type Unit, unitsOf } from './architecture.ts';
import { LOGITS } from './layers.ts';
import { BATCH_NORM_EPSILON } from './operators/batch-norm.ts';
import type { FlatVector } from './parameters.ts';

/** ITU-R BT.601 luma: how a colour is made grey, in FER2013's pictures and in OpenCV. */
export const LUMA = [0.299, 0.587, 0.114] as const;
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
  /** Keyed by the unit's name. */
  readonly units: ReadonlyMap<string, FoldedConvolution>;
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

/** The convolutions of a network by the names of the maps that they give: the classifier's is `logits`. */
export function convolutionsOf(network: FoldedNetwork, head: string): Map<string, FoldedConvolution> {
  const classifier = network.classifiers.get(head);
  if (!classifier) throw new Error(`the network has no head ${head}`);
  return new Map([...network.units, [LOGITS, classifier]]);
}

/** The network with one head that {@link convolutionsOf} took apart. */
export function networkOf(
  architecture: Architecture,
  classes: number,
  head: string,
  convolutions: ReadonlyMap<string, FoldedConvolution>,
): FoldedNetwork {
  const units = new Map(convolutions);
  const classifier = units.get(LOGITS) as FoldedConvolution;
  units.delete(LOGITS);
  return { architecture, classes, units, classifiers: new Map([[head, classifier]]) };
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
  const foldUnit = (unit: Unit): FoldedConvolution => {
    if (!unit.norm) return biased(unit.name);
    const variance = statistic(`${unit.name}/variance`);
    const mean = statistic(`${unit.name}/mean`);
    const beta = parameter(`${unit.name}/beta`);
    const scale = parameter(`${unit.name}/gamma`).map(
      (gamma, c) => gamma / Math.sqrt(variance[c] + BATCH_NORM_EPSILON),
    );
    const taps = kernelTaps(unit);
    const kernel = parameter(`${unit.name}/kernel`).map((w, i) => w * scale[Math.floor(i / taps)]);
    return {
      kernel: unit.kind === 'stem' ? stemToColour(kernel) : kernel,
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
    units: new Map(unitsOf(architecture).map((unit) => [unit.name, foldUnit(unit)])),
    classifiers: new Map(heads.map((head) => [head, biased(`classifier/${head}`)])),
  };
}
