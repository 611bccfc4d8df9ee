import { around, type Estimate, proportion } from '../estimate.ts';
import { CORRUPTION_NAMES, CORRUPTIONS, type CorruptionName, STRENGTHS } from './corruptions.ts';

/**
 * What a model answered for faces under a corruption: of each face and strength, 1 for a right answer, 0 for a wrong one.
 * Faces that the corruption could not be applied to are left out.
 */
export interface CorruptedAnswers {
  /** Places of the faces among all, [n]. */
  readonly faces: readonly number[];
  /** [5][n]. */
  readonly right: readonly (readonly boolean[])[];
}

/** How a model does under one corruption. */
export interface CorruptionScore {
  readonly corruption: CorruptionName;
  readonly unit: string;
  readonly faces: number;
  /** Accuracy on the same faces without it. */
  readonly clean: Estimate;
  readonly strengths: readonly ({ readonly level: number } & Estimate)[];
  /** Of all strengths. */
  readonly mean: Estimate;
}

/** How a model does under all corruptions. */
export interface RobustnessScore {
  readonly clean: { readonly faces: number } & Estimate;
  readonly corruptions: readonly CorruptionScore[];
  /** Mean accuracy over the corruptions, each with its five strengths. */
  readonly meanCorrupted: Estimate;
  /** Which share of the accuracy on the same clean faces is lost, 0..1. */
  readonly relativeDrop: Estimate;
}

/**
 * Scores answers under corruptions. The intervals of means are by the normal approximation over faces, not over pictures:
 * the pictures made from one face are alike (the variance of a sum over clusters; for the drop, by the delta method).
 * @param clean whether each face was answered rightly as it is, [faces].
 * @throws RangeError if there is no face.
 */
export function scoreRobustness(
  clean: readonly boolean[],
  answers: ReadonlyMap<CorruptionName, CorruptedAnswers>,
): RobustnessScore {
  const corruptions = CORRUPTION_NAMES.flatMap((name) => {
    const answered = answers.get(name);
    return answered && answered.faces.length > 0 ? [scoreCorruption(name, clean, answered)] : [];
  });
  const count = corruptions.length;
  const corrupted = corruptions.reduce((sum, { mean }) => sum + mean.share / count, 0);
  const before = corruptions.reduce((sum, each) => sum + each.clean.share / count, 0);
  const left = corrupted / before;
  // By how much each face moves both means, and through them the drop.
  const pulls = clean.map(() => ({ corrupted: 0, drop: 0 }));
  for (const { corruption, mean, clean: own } of corruptions) {
    const { faces, right } = answers.get(corruption)!;
    for (const [i, face] of faces.entries()) {
      const one = (shareOf(right.map((row) => row[i])) - mean.share) / (count * faces.length);
      const other = (Number(clean[face]) - own.share) / (count * faces.length);
      pulls[face].corrupted += one;
      pulls[face].drop += (left * other - one) / before;
    }
  }
  return {
    clean: { faces: clean.length, ...proportion(clean) },
    corruptions,
    meanCorrupted: around(
      corrupted,
      pulls.map((pull) => pull.corrupted),
    ),
    relativeDrop: around(
      1 - left,
      pulls.map(({ drop }) => drop),
    ),
  };
}

function scoreCorruption(
  name: CorruptionName,
  clean: readonly boolean[],
  { faces, right }: CorruptedAnswers,
): CorruptionScore {
  const { unit, levels } = CORRUPTIONS[name];
  const ofFaces = faces.map((_, i) => shareOf(right.map((row) => row[i])));
  const mean = ofFaces.reduce((sum, share) => sum + share, 0) / faces.length;
  return {
    corruption: name,
    unit,
    faces: faces.length,
    clean: proportion(faces.map((face) => clean[face])),
    strengths: STRENGTHS.map((_, at) => ({ level: levels[at], ...proportion(right[at]) })),
    mean: around(
      mean,
      ofFaces.map((share) => (share - mean) / faces.length),
    ),
  };
}

const shareOf = (answers: readonly boolean[]) => answers.filter(Boolean).length / answers.length;

/** How a model does on faces that are shown in several ways. */
export interface VariationScore {
  readonly faces: number;
  /** Share of the faces that it answers differently in at least one way. */
  readonly changed: Estimate;
  readonly ways: readonly { readonly way: string; readonly accuracy: Estimate }[];
}

/**
 * Scores answers for the same faces in several ways.
 * @param answers by the name of the way, classes 0..6, [n] each.
 * @param labels 0..6, [n].
 */
export function scoreVariation(
  answers: ReadonlyMap<string, ArrayLike<number>>,
  labels: ArrayLike<number>,
): VariationScore {
  const ways = [...answers];
  const faces = Array.from({ length: labels.length }, (_, face) => face);
  return {
    faces: faces.length,
    changed: proportion(faces.map((face) => new Set(ways.map(([, answer]) => answer[face])).size > 1)),
    ways: ways.map(([way, answer]) => ({
      way,
      accuracy: proportion(faces.map((face) => answer[face] === labels[face])),
    })),
  };
}
