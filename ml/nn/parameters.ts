import { UserError } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import type { StoredTensor } from '../core/safetensors.ts';
import { type Architecture, batchNormLayersOf, convLayersOf, kernelTaps } from './architecture.ts';
import type { Shape } from './graph.ts';
import { sizeOf } from './graph.ts';

/** One named piece of a flat vector of numbers. */
export interface Piece {
  readonly name: string;
  readonly shape: Shape;
  readonly offset: number;
  readonly size: number;
  /** Weight decay applies to kernels, not to norms and biases. */
  readonly decays: boolean;
}

/** Where each named piece lies in a flat vector. */
export class FlatVector {
  readonly pieces: readonly Piece[];
  readonly size: number;
  readonly #byName: ReadonlyMap<string, Piece>;

  constructor(entries: readonly { name: string; shape: Shape; decays: boolean }[]) {
    let offset = 0;
    this.pieces = entries.map((entry) => {
      const piece = { ...entry, offset, size: sizeOf(entry.shape) };
      offset += piece.size;
      return piece;
    });
    this.size = offset;
    this.#byName = new Map(this.pieces.map((piece) => [piece.name, piece]));
  }

  piece(name: string): Piece {
    const piece = this.#byName.get(name);
    if (!piece) throw new Error(`there is no parameter ${name}`);
    return piece;
  }

  /** The part of `values` that holds this piece, a view. */
  view(values: Float32Array, name: string): Float32Array {
    const { offset, size } = this.piece(name);
    return values.subarray(offset, offset + size);
  }
}

/** The pieces of a flat vector as named tensors; views of `values`. */
export function tensorsOf(vector: FlatVector, values: Float32Array, prefix = ''): [string, StoredTensor][] {
  return vector.pieces.map(({ name, shape }) => [`${prefix}${name}`, { shape, values: vector.view(values, name) }]);
}

/**
 * Lays named tensors out as a flat vector, the reverse of {@link tensorsOf}.
 * @param file that the tensors come from, for the message.
 * @throws UserError if one is missing or has another shape.
 */
export function flatFrom(
  vector: FlatVector,
  tensors: ReadonlyMap<string, StoredTensor>,
  file: string,
  prefix = '',
): Float32Array {
  const values = new Float32Array(vector.size);
  for (const { name, shape, offset } of vector.pieces) {
    const tensor = tensors.get(`${prefix}${name}`);
    const found = tensor ? `has the shape [${tensor.shape.join(', ')}]` : 'is missing';
    if (!tensor || tensor.shape.join() !== shape.join())
      throw new UserError(`${file}: tensor ${prefix}${name} ${found}; expected [${shape.join(', ')}]`);
    values.set(tensor.values, offset);
  }
  return values;
}

/** Trainable numbers: kernel, γ and β (or, without batch norm, bias) of each layer, kernel and bias of each classifier. */
export function parametersOf(architecture: Architecture, heads: readonly string[], classes: number): FlatVector {
  const layers = convLayersOf(architecture).flatMap((conv) => [
    { name: `${conv.name}/kernel`, shape: [conv.outChannels, kernelTaps(conv)], decays: true },
    ...(conv.norm ? ['gamma', 'beta'] : ['bias']).map((part) => ({
      name: `${conv.name}/${part}`,
      shape: [conv.outChannels, 1],
      decays: false,
    })),
  ]);
  const classifiers = heads.flatMap((head) => [
    { name: `classifier/${head}/kernel`, shape: [classes, architecture.features], decays: true },
    { name: `classifier/${head}/bias`, shape: [classes, 1], decays: false },
  ]);
  return new FlatVector([...layers, ...classifiers]);
}

/** Batch-norm statistics of each layer that has any. */
export function statisticsOf(architecture: Architecture): FlatVector {
  return new FlatVector(
    batchNormLayersOf(architecture).flatMap((conv) => [
      { name: `${conv.name}/mean`, shape: [conv.outChannels, 1], decays: false },
      { name: `${conv.name}/variance`, shape: [conv.outChannels, 1], decays: false },
    ]),
  );
}

/**
 * Random parameters: kernels by He et al. (2015), arXiv:1502.01852, classifiers with deviation 0.01, γ = 1, the rest 0.
 */
export function randomParameters(parameters: FlatVector, random: Random): Float32Array {
  const values = new Float32Array(parameters.size);
  for (const { name, shape, offset, size } of parameters.pieces) {
    const piece = values.subarray(offset, offset + size);
    if (name.endsWith('/gamma')) piece.fill(1);
    if (!name.endsWith('/kernel')) continue;
    const deviation = name.startsWith('classifier/') ? 0.01 : Math.sqrt(2 / shape[1]);
    for (let i = 0; i < size; i++) piece[i] = random.normal(0, deviation);
  }
  return values;
}
