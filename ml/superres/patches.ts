import { Random } from '../core/random.ts';
import { TARGET } from './graphs.ts';
import type { Photo } from './photos.ts';
import { toNetwork } from './upscaler.ts';

/** How a patch is turned: pixel (row, column) of it comes from position start + row·down + column·across. */
interface Walk {
  readonly start: number;
  readonly down: number;
  readonly across: number;
}

/** Walk number 0..7 over a square of the image: the four flips, and those of the transposed square. */
function walkOf(turn: number, side: number, stride: number): Walk {
  const last = side - 1;
  const flipRows = (turn & 1) !== 0;
  const flipColumns = (turn & 2) !== 0;
  const start = (flipRows ? last * stride : 0) + (flipColumns ? last : 0);
  const [rows, columns] = [flipRows ? -stride : stride, flipColumns ? -1 : 1];
  return (turn & 4) !== 0 ? { start, down: columns, across: rows } : { start, down: rows, across: columns };
}

/** A square of an image, turned, as the network takes it. */
function copyPatch(
  image: Float32Array | Uint8Array,
  width: number,
  corner: number,
  side: number,
  turn: number,
  out: Float32Array,
  offset: number,
): void {
  const { start, down, across } = walkOf(turn, side, width);
  for (let row = 0; row < side; row++) {
    let from = corner + start + row * down;
    for (let column = 0; column < side; column++) {
      out[offset + row * side + column] = toNetwork(image[from]);
      from += across;
    }
  }
}

/**
 * Fills mini-batches with random patches of the photos, small and large, flipped and turned in the eight ways of a square.
 * A batch depends only on the seed and the step, so training can resume from any step.
 */
export class Patches {
  /** @param batch patches of one replica. */
  constructor(
    readonly photos: readonly Photo[],
    readonly scale: number,
    readonly side: number,
    readonly batch: number,
    readonly seed: number,
  ) {}

  /** Writes the batch of a step (0-based) into the inputs of each replica. */
  fill(step: number, replicas: readonly Readonly<Record<string, Float32Array>>[]): void {
    const { side, scale } = this;
    const random = new Random(this.seed, step);
    for (const inputs of replicas) {
      for (let n = 0; n < this.batch; n++) {
        const { width, height, lowResolution, highResolution } = random.pick(this.photos);
        const left = random.integer(width - side + 1);
        const top = random.integer(height - side + 1);
        const turn = random.integer(8);
        copyPatch(lowResolution, width, top * width + left, side, turn, inputs['image'], n * side ** 2);
        const corner = scale * (top * scale * width + left);
        const targetSide = scale * side;
        copyPatch(highResolution, scale * width, corner, targetSide, turn, inputs[TARGET], n * targetSide ** 2);
      }
    }
  }
}
