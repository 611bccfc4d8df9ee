import { classesOf, type FaceDataset, indicesOf, isOfCkPlus, SPLITS, type Split } from './dataset.ts';

/** Summary of the loaded data, stored with the results of a run. */
export interface DataSummary {
  readonly source: string;
  /** Of the source file; null for a folder and for synthetic faces. */
  readonly sha256: string | null;
  /** Rows or images of the source, the bad ones included. */
  readonly rowsRead: number;
  readonly badRowsSkipped: number;
  /** Training faces left out as identical to a test face. */
  readonly duplicatesLeftOut: number;
  /** Training images left out for having a single grey value. */
  readonly constantsLeftOut: number;
  /** Changes that a manifest made to the training faces; null without one. */
  readonly refined: { readonly manifest: string; readonly dropped: number; readonly moved: number } | null;
  /** Remaining faces of each class in each split. */
  readonly faces: Readonly<Record<Split, Readonly<Record<string, number>>>>;
  /** CK+ folder whose faces were added. */
  readonly extraDataset?: string;
  /** Network that upscaled the faces, and their side in pixels. */
  readonly upscaled?: { readonly by: string; readonly size: number };
  /** Subjects of CK+ in each split. */
  readonly subjects?: Readonly<Record<Split, number>>;
  /** Whether the faces have FER+ votes. */
  readonly votes: boolean;
}

/** Faces of each class in each split. */
export function countFaces(dataset: FaceDataset): DataSummary['faces'] {
  const classes = classesOf(dataset);
  const counts = SPLITS.map(() => classes.map(() => 0));
  for (let i = 0; i < dataset.count; i++) counts[dataset.splits[i]][dataset.labels[i]]++;
  const perClass = (split: number) => Object.fromEntries(classes.map((name, label) => [name, counts[split][label]]));
  return Object.fromEntries(SPLITS.map((name, split) => [name, perClass(split)])) as DataSummary['faces'];
}

/** Subjects of CK+ in each split. */
export function countSubjects(dataset: FaceDataset): Record<Split, number> {
  const subjectsOf = (split: Split) =>
    new Set(
      [...indicesOf(dataset, split)]
        .filter((face) => isOfCkPlus(dataset, face))
        .map((face) => dataset.subjects?.[face]),
    );
  return Object.fromEntries(SPLITS.map((split) => [split, subjectsOf(split).size])) as Record<Split, number>;
}

/** One line for each split, for example `PublicTest: 2 faces (Angry 0, …, Neutral 1), 1 subjects of CK+`. */
export function describeSplits(dataset: FaceDataset, { faces, subjects }: DataSummary): string[] {
  return SPLITS.map((split) => {
    const classes = Object.entries(faces[split]).map(([name, count]) => `${name} ${count}`);
    const people = subjects ? `, ${subjects[split]} subjects of CK+` : '';
    return `${split}: ${indicesOf(dataset, split).length} faces (${classes.join(', ')})${people}`;
  });
}
