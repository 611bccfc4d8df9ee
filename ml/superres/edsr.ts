import type { Random } from '../core/random.ts';
import { FlatVector } from '../nn/parameters.ts';

/** Factors that networks are made for. */
export const SCALES = [2, 4] as const;
export type Scale = (typeof SCALES)[number];

/**
 * An EDSR (Lim et al. 2017, arXiv:1707.02921) on one channel, the luma Y: a convolution, residual blocks of convolution,
 * ReLU and convolution without batch norm, a convolution with a skip around all blocks, and a tail that makes the pixels.
 */
export interface Edsr {
  readonly scale: Scale;
  readonly blocks: number;
  readonly channels: number;
  /** Factor on what a block adds to its input: 1, or 0.1 in wide networks, as the paper has it. */
  readonly residualScale: number;
  /**
   * `stages`, the paper's: a convolution to 4·channels and a pixel shuffle by 2 for each doubling, then a convolution to
   * one channel at full size. `direct`: one convolution to scale² channels and one pixel shuffle, as in ESPCN (Shi et al.
   * 2016), and each pixel begins at its pixel of the small picture. All of its work is done at the small size.
   */
  readonly tail: 'direct' | 'stages';
}

/** The networks by name: the paper's baseline, and a small one that trains on two cores in under an hour. */
export const NETWORKS = {
  small: { blocks: 8, channels: 32, residualScale: 1, tail: 'direct' },
  baseline: { blocks: 16, channels: 64, residualScale: 1, tail: 'stages' },
} as const satisfies Readonly<Record<string, Omit<Edsr, 'scale'>>>;

/** What a convolution does besides convolving; see `ml/nn/operators/convolution.ts`. */
export interface ConvolutionForm<T> {
  readonly relu?: boolean;
  readonly addend?: T;
  readonly scale?: number;
}

/** The operators that a network is made of, in whatever graph. */
export interface EdsrOperators<T> {
  /** The convolution of this name; see {@link convolutionsOf}. */
  convolve(x: T, name: string, form?: ConvolutionForm<T>): T;
  /** Pixel shuffle by r; if given, each pixel of `picture` is added to the r×r pixels in its place. */
  shuffle(x: T, r: number, picture?: T): T;
}

/** Builds the network: from a picture [N, 1, H, W] to one of [N, 1, scale·H, scale·W], both in [−1, 1]. */
export function applyEdsr<T>(edsr: Edsr, picture: T, { convolve, shuffle }: EdsrOperators<T>): T {
  const head = convolve(picture, 'head');
  let x = head;
  for (let i = 0; i < edsr.blocks; i++) {
    const inner = convolve(x, `block${i}/first`, { relu: true });
    x = convolve(inner, `block${i}/second`, { addend: x, scale: edsr.residualScale });
  }
  x = convolve(x, 'body', { addend: head });
  if (edsr.tail === 'direct') return shuffle(convolve(x, 'tail'), edsr.scale, picture);
  for (let i = 0; i < doublings(edsr); i++) x = shuffle(convolve(x, `stage${i}`), 2);
  return convolve(x, 'last');
}

const doublings = ({ scale }: Edsr) => Math.log2(scale);

/** A 3×3 convolution of the network. */
export interface EdsrConvolution {
  readonly name: string;
  readonly inputs: number;
  readonly outputs: number;
  /** Side of its maps, in sides of the small picture. */
  readonly size: number;
}

/** All convolutions in the order of computation. */
export function convolutionsOf(edsr: Edsr): EdsrConvolution[] {
  const { blocks, channels, scale } = edsr;
  const inner = (name: string, outputs = channels, size = 1) => ({ name, inputs: channels, outputs, size });
  return [
    { name: 'head', inputs: 1, outputs: channels, size: 1 },
    ...Array.from({ length: blocks }, (_, i) => [inner(`block${i}/first`), inner(`block${i}/second`)]).flat(),
    inner('body'),
    ...(edsr.tail === 'direct'
      ? [inner('tail', scale ** 2)]
      : [
          ...Array.from({ length: doublings(edsr) }, (_, i) => inner(`stage${i}`, 4 * channels, 2 ** i)),
          inner('last', 1, scale),
        ]),
  ];
}

/** Multiplications for each pixel of the small picture. */
export function multiplicationsOf(edsr: Edsr): number {
  return convolutionsOf(edsr).reduce((sum, { inputs, outputs, size }) => sum + 9 * inputs * outputs * size ** 2, 0);
}

/** Kernel [O, I, 3, 3] and bias [O] of each convolution. */
export function edsrParameters(edsr: Edsr): FlatVector {
  return new FlatVector(
    convolutionsOf(edsr).flatMap(({ name, inputs, outputs }) => [
      { name: `${name}/kernel`, shape: [outputs, inputs, 3, 3], decays: false },
      { name: `${name}/bias`, shape: [outputs], decays: false },
    ]),
  );
}

/** Random kernels, uniform within ±1/√(9·I) as in the authors' code, and biases of 0. */
export function randomEdsr(vector: FlatVector, random: Random): Float32Array {
  const values = new Float32Array(vector.size);
  for (const { name, shape, offset, size } of vector.pieces) {
    if (!name.endsWith('/kernel')) continue;
    const bound = 1 / Math.sqrt(9 * shape[1]);
    for (let i = 0; i < size; i++) values[offset + i] = random.uniform(-bound, bound);
  }
  return values;
}
