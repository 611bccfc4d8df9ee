import { stat } from 'node:fs/promises';
import type { DataConfig } from '../config/schema.ts';
import { EMOTIONS, type Emotion } from '../core/emotions.ts';
import { UserError } from '../core/errors.ts';
import { fileError } from '../core/files.ts';
import type { Reporter } from '../core/progress.ts';
import { readCache, sha256OfFile, writeCache } from './cache.ts';
import { FACE_PIXELS, type FaceDataset, FERPLUS_CLASSES, indicesOf, SPLITS, type Split } from './dataset.ts';
import { findFlaws } from './duplicates.ts';
import { readFer2013 } from './fer2013.ts';
import { joinVotes } from './ferplus.ts';
import { readFolders } from './folders.ts';
import type { LoadedFaces } from './loaded.ts';
import { checkIdentity, identityOf, readManifest } from './manifest.ts';
import { type Refinement, refinementBy } from './refinement.ts';
import { generateFaces } from './synthetic/generate.ts';

/** What was loaded, to be kept with the results of a run. */
export interface DataSummary {
  readonly source: string;
  /** Of the source file; null for a folder and for synthetic faces. */
  readonly sha256: string | null;
  /** Rows or images of the source, the bad ones included. */
  readonly rowsRead: number;
  readonly badRowsSkipped: number;
  /** Training faces left out because they are identical to a test face. */
  readonly duplicatesLeftOut: number;
  /** Training images left out because they have one single grey value. */
  readonly constantsLeftOut: number;
  /** What a manifest changed among the training faces; null without one. */
  readonly refined: { readonly manifest: string; readonly dropped: number; readonly moved: number } | null;
  /** Faces that are left of each class in each split. */
  readonly faces: Readonly<Record<Split, Readonly<Record<Emotion, number>>>>;
  /** Whether the faces have FER+ votes. */
  readonly votes: boolean;
}

/**
 * Loads the faces that a configuration names, joins the FER+ votes, drops and moves training faces as a manifest says,
 * and leaves out training faces that are identical to a test face or have one single grey value, unless told to keep
 * them. Test faces are never left out and keep their labels.
 * @param seed of the synthetic faces.
 * @throws UserError for whatever is wrong with the source or the manifest; see the reader of each kind of source.
 */
export async function loadFaces(
  config: DataConfig,
  seed: number,
  report: Reporter,
): Promise<{ dataset: FaceDataset; summary: DataSummary }> {
  const { sha256, loaded } = await readFaces(config, seed, report);
  const { badRows, sourceRows } = loaded;
  const refinement = config.refine === null ? null : await refine(config.refine, loaded, report);
  const { dataset, ...leftOut } = leaveOut(loaded.dataset, refinement, config, report);
  const summary: DataSummary = {
    source: config.source,
    sha256,
    rowsRead: sourceRows,
    badRowsSkipped: badRows.count,
    refined: refinement && { manifest: refinement.manifest, dropped: refinement.dropped.size, moved: refinement.moved },
    ...leftOut,
    faces: countFaces(dataset),
    votes: dataset.votes !== undefined,
  };
  for (const split of SPLITS) {
    const classes = EMOTIONS.map((emotion) => `${emotion} ${summary.faces[split][emotion]}`);
    report.note(`${split}: ${indicesOf(dataset, split).length} faces (${classes.join(', ')})`);
  }
  return { dataset, summary };
}

/**
 * Every face of the source that a configuration names, with its FER+ votes; nothing is refined or left out but malformed rows.
 * @param seed of the synthetic faces.
 * @throws UserError for whatever is wrong with the source; see the reader of each kind of source.
 */
export async function readFaces(config: DataConfig, seed: number, report: Reporter): Promise<Source> {
  const { sha256, loaded } = await readSource(config, seed, report);
  const { badRows, sourceRows } = loaded;
  if (badRows.count > 0)
    report.note(`left out ${badRows.count} malformed of ${sourceRows} rows, the first: ${badRows.first.join('; ')}`);
  if (config.votes === null) return { sha256, loaded };
  if (sha256 === null)
    throw new UserError(`the FER+ votes of ${config.votes} belong to fer2013.csv, but the source is ${config.source}`);
  return { sha256, loaded: { ...loaded, dataset: await joinVotes(config.votes, loaded, report) } };
}

async function refine(path: string, loaded: LoadedFaces, report: Reporter): Promise<Refinement & { manifest: string }> {
  const manifest = await readManifest(path);
  checkIdentity(path, manifest, identityOf(loaded));
  const refinement = refinementBy(path, manifest, loaded.dataset);
  report.note(`${path}: dropped ${refinement.dropped.size} training faces, moved ${refinement.moved} to another class`);
  return { ...refinement, manifest: path };
}

interface Source {
  /** Null unless the source is a file. */
  readonly sha256: string | null;
  readonly loaded: LoadedFaces;
}

async function readSource(config: DataConfig, seed: number, report: Reporter): Promise<Source> {
  const { source, skipBadRows } = config;
  if (source === 'synthetic') {
    const dataset = generateFaces({ count: config.syntheticCount, seed });
    return { sha256: null, loaded: { dataset, sourceRows: dataset.count, badRows: { count: 0, first: [] } } };
  }
  const info = await stat(source).catch((thrown) => {
    throw fileError('read', source, thrown);
  });
  if (info.isDirectory()) return { sha256: null, loaded: await readFolders(source, skipBadRows, report) };

  const sha256 = await sha256OfFile(source);
  const cached = await readCache(config.cache, sha256, source, report);
  // A strict run reads a file with bad rows again, to stop at the first of them.
  if (cached && (skipBadRows || cached.badRows.count === 0)) return { sha256, loaded: cached };
  const loaded = await readFer2013(source, skipBadRows, report);
  await writeCache(config.cache, sha256, loaded, report);
  return { sha256, loaded };
}

function leaveOut(
  dataset: FaceDataset,
  refinement: Refinement | null,
  config: DataConfig,
  report: Reporter,
): Pick<DataSummary, 'duplicatesLeftOut' | 'constantsLeftOut'> & { dataset: FaceDataset } {
  const flaws = findFlaws(dataset);
  const dropped = new Set(refinement?.dropped);
  const rest = (indices: Uint32Array) => indices.filter((index) => !dropped.has(index));
  const constants = config.keepConstant ? [] : rest(flaws.constants);
  for (const index of constants) dropped.add(index);
  const duplicates = config.keepDuplicates ? [] : rest(flaws.duplicates);
  for (const index of duplicates) dropped.add(index);
  if (constants.length > 0) report.note(`left out ${constants.length} training images of one single grey value`);
  if (duplicates.length > 0)
    report.note(
      `left out ${duplicates.length} training faces that are identical to a face of PublicTest or PrivateTest`,
    );
  const relabelled = refinement ? { ...dataset, labels: refinement.labels } : dataset;
  return {
    dataset: dropped.size === 0 ? relabelled : without(relabelled, dropped),
    duplicatesLeftOut: duplicates.length,
    constantsLeftOut: constants.length,
  };
}

/** Moves the faces that stay together, in the memory that they have: a copy would take another 80 MB. */
function without(dataset: FaceDataset, dropped: ReadonlySet<number>): FaceDataset {
  const kept = Uint32Array.from(dataset.rows.keys()).filter((index) => !dropped.has(index));
  const compact = (matrix: Uint8Array, width: number): Uint8Array => {
    kept.forEach((from, to) => {
      matrix.copyWithin(to * width, from * width, (from + 1) * width);
    });
    return matrix.subarray(0, kept.length * width);
  };
  return {
    source: dataset.source,
    count: kept.length,
    pixels: compact(dataset.pixels, FACE_PIXELS),
    labels: compact(dataset.labels, 1),
    splits: compact(dataset.splits, 1),
    rows: kept.map((index) => dataset.rows[index]),
    ...(dataset.votes && { votes: compact(dataset.votes, FERPLUS_CLASSES.length) }),
  };
}

function countFaces(dataset: FaceDataset): DataSummary['faces'] {
  const counts = SPLITS.map(() => EMOTIONS.map(() => 0));
  for (let i = 0; i < dataset.count; i++) counts[dataset.splits[i]][dataset.labels[i]]++;
  const perClass = (split: number) =>
    Object.fromEntries(EMOTIONS.map((emotion, label) => [emotion, counts[split][label]])) as Record<Emotion, number>;
  return Object.fromEntries(SPLITS.map((name, split) => [name, perClass(split)])) as DataSummary['faces'];
}
