import type { Reporter } from '../../../ml/core/progress.ts';
import type { Faces, PosedFaces } from '../../../ml/data/dataset.ts';
import { type Estimate, proportion } from '../../../ml/evaluate/estimate.ts';
import { compareGroups, type GroupComparison } from '../../../ml/evaluate/groups.ts';
import { type ApparentPeople, estimatePeople } from '../../../ml/faces/apparent.ts';
import { LANDMARK_SIDE } from '../../../ml/faces/landmarks/square.ts';
import { headPose } from '../../../ml/faces/pose.ts';
import { readPosed } from '../../../ml/faces/posed.ts';
import { answersOf, type ByModel, type ComparedModel } from '../compared-models.ts';
import { shown, type TestFaces } from './test-faces.ts';

/** Comparisons by attribute. */
export type Comparisons = Readonly<Record<string, GroupComparison>>;

/** A name for each range of numbers from one edge to the next; the last has no end. */
interface Bins {
  readonly edges: readonly number[];
  readonly names: readonly string[];
}

const AGES: Bins = { edges: [0, 20, 35, 50], names: ['under 20', '20 to 34', '35 to 49', '50 and over'] };
const SEXES = ['female', 'male'];
const YAW: Bins = { edges: [0, 5, 10, 20, 30], names: ['under 5°', '5 to 10°', '10 to 20°', '20 to 30°', 'over 30°'] };
const PITCH: Bins = {
  edges: [Number.NEGATIVE_INFINITY, -10, -5, 5, 10],
  names: ['down by over 10°', 'down by 5 to 10°', 'level to 5°', 'up by 5 to 10°', 'up by over 10°'],
};
const ROLL: Bins = { edges: [0, 5, 10, 15, 25], names: ['under 5°', '5 to 10°', '10 to 15°', '15 to 25°', 'over 25°'] };

/** Values below the first edge are in the first bin. */
const binOf = ({ edges, names }: Bins, value: number): string =>
  names[
    Math.max(
      0,
      edges.findLastIndex((edge) => value >= edge),
    )
  ];

/** How the head is turned, by the 68 points, in five bins for each axis. */
export function measurePose(test: TestFaces, clean: ByModel<Float32Array>): ByModel<Comparisons> {
  const poses = test.points.map((points) => (points ? headPose(points) : null));
  const degrees = (radians: number) => (radians * 180) / Math.PI;
  const binned = (bins: Bins, angleOf: (pose: ReturnType<typeof headPose>) => number) => ({
    names: bins.names,
    groupOf: poses.map((pose) => (pose ? binOf(bins, degrees(angleOf(pose))) : null)),
  });
  const attributes = {
    'turned to the side': binned(YAW, ({ yaw }) => Math.abs(yaw)),
    'turned up or down': binned(PITCH, ({ pitch }) => pitch),
    tilted: binned(ROLL, ({ roll }) => Math.abs(roll)),
    landmarks: { names: ['found', 'not found'], groupOf: poses.map((pose) => (pose ? 'found' : 'not found')) },
  };
  return compareAll(clean, test.labels, attributes);
}

type Attributes = Readonly<
  Record<string, { readonly names: readonly string[]; readonly groupOf: readonly (string | null)[] }>
>;

function compareAll(
  answers: ByModel<Float32Array>,
  labels: ArrayLike<number>,
  attributes: Attributes,
): ByModel<Comparisons> {
  const compare = (probabilities: Float32Array): Comparisons =>
    Object.fromEntries(
      Object.entries(attributes).map(([name, { names, groupOf }]) => [
        name,
        compareGroups(probabilities, labels, groupOf, names),
      ]),
    );
  return new Map([...answers].map(([model, probabilities]) => [model, compare(probabilities)]));
}

function estimated({ ages, male }: ApparentPeople): Attributes {
  return {
    'estimated sex': { names: SEXES, groupOf: Array.from(male, sexOf) },
    'estimated age': { names: AGES.names, groupOf: Array.from(ages, (age) => binOf(AGES, age)) },
  };
}

const sexOf = (male: number) => (male > 0.5 ? 'male' : 'female');

/** Recall by estimated sex and age on FER2013's faces. */
export async function measureGroups(
  test: TestFaces,
  clean: ByModel<Float32Array>,
  reporter: Reporter,
): Promise<ByModel<Comparisons>> {
  const people = await estimatePeople(shown(test, test.places), (done, total) =>
    reporter.progress({ step: 'estimating age and sex', done, total, unit: 'img' }),
  );
  return compareAll(clean, test.labels, estimated(people));
}

/** How often the estimate of the sex is right where the people's own is known. */
export interface SexEstimates {
  readonly all: Estimate;
  readonly bySex: Readonly<Record<string, Estimate>>;
}

/** A subject's sex as KDEF's file names tell it: F01, AF01 or M01, AM01. */
function sexInName(subject: string): string | null {
  const letter = /^[AB]?([FM])\d/.exec(subject)?.[1];
  return letter === undefined ? null : letter === 'F' ? 'female' : 'male';
}

/**
 * Recall by estimated sex and age, and by sex as the subjects' names tell it, on a folder of posed photographs.
 * @param models that see the image.
 */
export async function measurePosedGroups(
  models: readonly ComparedModel[],
  folder: string,
  reporter: Reporter,
): Promise<{ readonly comparisons: ByModel<Comparisons>; readonly sexEstimates: SexEstimates | null }> {
  const bySize = new Map<number, PosedFaces>();
  const facesAt = async (size: number): Promise<Faces> => {
    const posed = bySize.get(size) ?? (await readPosed(folder, size, reporter));
    bySize.set(size, posed);
    const at = (place: number) => posed.pixels.subarray(place * size ** 2, (place + 1) * size ** 2);
    return { count: posed.count, at };
  };
  const answers = new Map<string, Float32Array>();
  for (const model of models) {
    const faces = await facesAt(model.predictor.size);
    answers.set(model.name, (await answersOf([model], faces, 'posed', reporter)).get(model.name)!);
  }
  const people = await estimatePeople(await facesAt(LANDMARK_SIDE));
  const { labels, subjects } = bySize.get(LANDMARK_SIDE)!;
  const known = subjects.map(sexInName);
  const attributes = {
    ...estimated(people),
    ...(known.some((sex) => sex !== null) && { 'sex by the file names': { names: SEXES, groupOf: known } }),
  };
  return { comparisons: compareAll(answers, labels, attributes), sexEstimates: compareSexes(people, known) };
}

function compareSexes({ male }: ApparentPeople, known: readonly (string | null)[]): SexEstimates | null {
  const right = known.flatMap((sex, face) => (sex === null ? [] : [{ sex, right: sexOf(male[face]) === sex }]));
  if (right.length === 0) return null;
  const of = (sex: string) => right.filter((face) => face.sex === sex).map((face) => face.right);
  return {
    all: proportion(right.map((face) => face.right)),
    bySex: Object.fromEntries(SEXES.filter((sex) => of(sex).length > 0).map((sex) => [sex, proportion(of(sex))])),
  };
}
