import { Z95 } from './metrics.ts';

/** How much more often one model is right than another on the same faces, as a share, with its 95 % interval. */
export interface PairedDifference {
  readonly difference: number;
  readonly interval95: readonly [low: number, high: number];
}

/**
 * The difference of two accuracies on the same faces. Wald's interval for paired shares: only the faces on which one model
 * alone is right count, so that it is much narrower than those of the two accuracies (Agresti, Categorical Data Analysis,
 * 3rd ed., 2013, section 11.1).
 * @param right whether each model named each face rightly, in the same order.
 * @throws RangeError if the lengths differ or there is no face.
 */
export function pairedDifference(right: readonly boolean[], before: readonly boolean[]): PairedDifference {
  const faces = right.length;
  if (faces === 0 || before.length !== faces)
    throw new RangeError(`${faces} answers cannot be paired with ${before.length}`);
  const gained = right.filter((now, face) => now && !before[face]).length;
  const lost = before.filter((then, face) => then && !right[face]).length;
  const difference = (gained - lost) / faces;
  const half = (Z95 * Math.sqrt(gained + lost - (gained - lost) ** 2 / faces)) / faces;
  return { difference, interval95: [difference - half, difference + half] };
}
