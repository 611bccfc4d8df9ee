import { EMOTIONS } from '../core/emotions.ts';
import { accuracyOf, differenceOf, type Estimate, recallOf } from './estimate.ts';
import { measure } from './metrics.ts';
import { meanRecall } from './prior.ts';

/** Smaller groups say nothing: their intervals are 30 points wide. */
const MIN_GROUP = 30;
/** Faces that an expression needs in each group to be compared. */
const MIN_SUPPORT = 5;

/** How a model does on a group of faces. */
export interface GroupScore {
  readonly group: string;
  readonly faces: number;
  /** Of all its faces; groups that show other expressions differ in it for that alone. */
  readonly accuracy: Estimate;
  /** Over the expressions that are compared. */
  readonly meanRecall: Estimate;
  /** By expression, [7]; null for those that are not compared. */
  readonly recalls: readonly (Estimate | null)[];
}

/** The groups of one attribute, compared. */
export interface GroupComparison {
  /** Those with enough faces. */
  readonly groups: readonly GroupScore[];
  /** How many faces each of the other groups has. */
  readonly tooSmall: readonly { readonly group: string; readonly faces: number }[];
  /** The largest group, against which the others are compared; null if there is none. */
  readonly reference: string | null;
  /** By how much each other group is above the reference. */
  readonly gaps: readonly Omit<GroupScore, 'faces'>[];
}

/**
 * Compares a model's answers between groups of faces: recall by expression, its mean over the expressions that each group has
 * faces of, and the gap of each group to the largest one.
 * @param probabilities [n, 7].
 * @param labels 0..6, [n].
 * @param groupOf the group of each face; null for a face outside all of them, [n].
 * @param names of the groups, in the order of the result.
 */
export function compareGroups(
  probabilities: Float32Array,
  labels: ArrayLike<number>,
  groupOf: readonly (string | null)[],
  names: readonly string[],
): GroupComparison {
  const sizes = names.map((group) => ({ group, faces: groupOf.filter((name) => name === group).length }));
  const large = sizes.filter(({ faces }) => faces >= MIN_GROUP);
  const measured = large.map(({ group, faces }) => {
    const own = Int16Array.from(labels, (label, face) => (groupOf[face] === group ? label : -1));
    return { group, faces, own, metrics: measure(probabilities, own) };
  });
  const compared = [...EMOTIONS.keys()].filter((k) =>
    measured.every(({ metrics }) => metrics.perClass[k].support >= MIN_SUPPORT),
  );
  const groups = measured.flatMap(({ group, faces, own, metrics }): GroupScore[] => {
    if (compared.length === 0) return [];
    const comparable = measure(
      probabilities,
      own.map((label) => (compared.includes(label) ? label : -1)),
    );
    return [
      {
        group,
        faces,
        accuracy: accuracyOf(metrics),
        meanRecall: meanRecall(comparable),
        recalls: EMOTIONS.map((_, k) => (compared.includes(k) ? recallOf(metrics, k) : null)),
      },
    ];
  });
  const reference = groups.reduce<GroupScore | null>(
    (most, each) => (most && most.faces >= each.faces ? most : each),
    null,
  );
  return {
    groups,
    tooSmall: sizes.filter(({ group }) => !groups.some((score) => score.group === group)),
    reference: reference?.group ?? null,
    gaps: reference ? groups.filter((group) => group !== reference).map((group) => gapOf(group, reference)) : [],
  };
}

function gapOf({ group, accuracy, meanRecall: mean, recalls }: GroupScore, to: GroupScore) {
  return {
    group,
    accuracy: differenceOf(accuracy, to.accuracy),
    meanRecall: differenceOf(mean, to.meanRecall),
    recalls: recalls.map((recall, k) => {
      const other = to.recalls[k];
      return recall && other ? differenceOf(recall, other) : null;
    }),
  };
}
