import { EMOTIONS } from '../core/emotions.ts';
import { UserError } from '../core/errors.ts';
import { sha256Of } from '../model/exported-file.ts';
import { type ExportedInfo, encodeOnnxMetadata } from '../model/onnx-metadata.ts';
import { buildArchitecture } from '../nn/architectures.ts';
import { convolutionsOf, type FoldedConvolution, networkOf } from '../nn/folded-network.ts';
import { buildInferenceGraph } from '../nn/inference-graph.ts';
import { exportedInfo, foldedFromOnnx } from '../weights/from-onnx.ts';

/** An exported network and how much it counts. */
export interface AveragePart {
  readonly file: string;
  /** The ONNX file of floats. */
  readonly bytes: Uint8Array;
  /** Above 0; the shares of all parts are scaled to a sum of 1. */
  readonly share: number;
}

/** The names of its classes, for a message. */
const labelsOf = ({ labels = EMOTIONS }: ExportedInfo) => labels.join(', ');

/** Fields of exported files in which all parts must agree; in the size, unless that of the result is given. */
const COMMON = ['size', 'architecture', 'width', 'landmarks', 'heldOut'] as const;

/** Networks whose kernels have a smaller cosine are not averaged: it is near 0 for unrelated networks and above 0.9 for related ones. */
const RELATED = 0.5;

/**
 * The network of mean weights (model soups, Wortsman et al. 2022, arXiv:2203.05482). Networks that were trained further
 * from the same one lie in one basin: their mean is often better than each, and costs no more to run.
 *
 * Batch norm is folded already, so that what is averaged is what runs. The head may differ in what it was trained on; the
 * result is named after that of the largest part, and has its epoch. So may whether the faces were upscaled: the result is
 * measured on such faces as those of the largest part.
 * @param parts two or more.
 * @param size side of the result's image in pixels, for parts of different sizes; no weight depends on it.
 * @returns the ONNX file of floats, which keeps the SHA-256 and share of each part as `averageOf`.
 * @throws UserError if parts differ in more than their weights, are unrelated, or are not exported files.
 */
export function averageModels(parts: readonly AveragePart[], size?: number): Uint8Array {
  const read = parts.map(({ file, bytes, share }) => {
    const info = exportedInfo(bytes, file);
    const network = foldedFromOnnx(bytes, file, buildArchitecture(info));
    return { file, share, info, network, convolutions: convolutionsOf(network, info.head) };
  });
  const [first, ...others] = read;
  for (const other of others) {
    const field = COMMON.slice(size ? 1 : 0).find((name) => first.info[name] !== other.info[name]);
    if (field !== undefined)
      throw new UserError(
        `${other.file} has ${field} ${other.info[field] ?? 'none'}, ${first.file} has ${first.info[field] ?? 'none'}; ` +
          `average networks that differ only in their weights${field === 'size' ? ', or pass --size' : ''}`,
      );
    const upscalers = [first.info.upscaledBy, other.info.upscaledBy];
    if (upscalers.every((name) => name !== undefined) && upscalers[0] !== upscalers[1])
      throw new UserError(
        `${other.file} was trained on faces upscaled by ${upscalers[1]}, ${first.file} by ${upscalers[0]}; average networks ` +
          'of one upscaler',
      );
    if (labelsOf(first.info) !== labelsOf(other.info))
      throw new UserError(
        `${other.file} tells ${labelsOf(other.info)} apart, ${first.file} tells ${labelsOf(first.info)}; average networks ` +
          'of the same classes',
      );
    const likeness = cosine(first.convolutions, other.convolutions);
    if (likeness < RELATED)
      throw new UserError(
        `the weights of ${other.file} and ${first.file} are unrelated (cosine ${likeness.toFixed(2)}); ` +
          'average networks that were trained further from the same network, with --weights',
      );
  }
  const total = read.reduce((sum, { share }) => sum + share, 0);
  const mean = new Map<string, FoldedConvolution>();
  for (const [name, { kernel, bias }] of first.convolutions) {
    const meanOf = (field: keyof FoldedConvolution, length: number) =>
      Float32Array.from({ length }, (_, i) =>
        read.reduce((sum, { share, convolutions }) => sum + (share / total) * at(convolutions, name)[field][i], 0),
      );
    mean.set(name, { kernel: meanOf('kernel', kernel.length), bias: meanOf('bias', bias.length) });
  }
  const largest = read.reduce((best, part) => (part.share > best.share ? part : best));
  const { head, labels, epoch, heldOut, upscaledBy } = largest.info;
  const { classes } = first.network;
  const info = { ...first.info, size: size ?? first.info.size };
  const architecture = buildArchitecture(info);
  const metadata = encodeOnnxMetadata(head, info, {
    labels,
    averageOf: parts.map(({ bytes, share }) => `${sha256Of(bytes)} ${(share / total).toFixed(4)}`).join(', '),
    epoch,
    heldOut,
    upscaledBy,
  });
  return buildInferenceGraph(networkOf(architecture, classes, head, mean), { batch: 1, head, metadata });
}

type Convolutions = ReturnType<typeof convolutionsOf>;

const at = (convolutions: Convolutions, name: string) => convolutions.get(name) as FoldedConvolution;

/** Cosine of the angle between all kernels of two networks of one shape. */
function cosine(a: Convolutions, b: Convolutions): number {
  let [product, squaresA, squaresB] = [0, 0, 0];
  for (const [name, { kernel }] of a) {
    const other = at(b, name).kernel;
    for (let i = 0; i < kernel.length; i++) {
      product += kernel[i] * other[i];
      squaresA += kernel[i] ** 2;
      squaresB += other[i] ** 2;
    }
  }
  return product / Math.sqrt(squaresA * squaresB);
}
