import { stat } from 'node:fs/promises';
import type { DataConfig } from '../config/schema.ts';
import { UserError } from '../core/errors.ts';
import { fileError, isFolder } from '../core/files.ts';
import type { Reporter } from '../core/progress.ts';
import { readCache, sha256OfFile, writeCache } from './cache.ts';
import type { FaceFinder } from './ckplus/crop-face.ts';
import { isCkPlus, readCkPlus } from './ckplus/read.ts';
import {
  classesOf,
  FACE_PIXELS,
  type FaceDataset,
  FERPLUS_CLASSES,
  indicesOf,
  isOfCkPlus,
  type LargeFaces,
  SPLITS,
  type Split,
} from './dataset.ts';
import { findFlaws } from './duplicates.ts';
import { readFer2013 } from './fer2013.ts';
import { joinVotes } from './ferplus.ts';
import { readFolders } from './folders.ts';
import { joinFaces } from './join.ts';
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
  readonly faces: Readonly<Record<Split, Readonly<Record<string, number>>>>;
  /** CK+ folder whose faces were added. */
  readonly extra?: string;
  /** Network that made the faces larger, and their side in pixels. */
  readonly upscaled?: { readonly by: string; readonly size: number };
  /** People in the faces of CK+ that are left of each split. */
  readonly subjects?: Readonly<Record<Split, number>>;
  /** Whether the faces have FER+ votes. */
  readonly votes: boolean;
}

/** What loading needs beside the files that a configuration names. */
export interface LoadTools {
  /** Finds faces in the frames of CK+ where their points are not at hand. */
  readonly find?: FaceFinder;
  /**
   * Makes all faces of a source larger, those too that are left out afterwards, so that one file in the cache serves
   * every training on that source.
   * @param edsr path of the network.
   * @param pixels grey values 0..255, [n, 48, 48].
   */
  readonly upscale?: (edsr: string, pixels: Uint8Array) => Promise<LargeFaces>;
}

/**
 * Loads the faces that a configuration names: joins the FER+ votes, drops and moves training faces of the source as a
 * manifest says, adds the faces of CK+, makes all of them larger with `data.upscale`, and leaves out training faces that are identical to a test face or have one
 * single grey value, unless told to keep them. Test faces are never left out and keep their labels.
 * @param seed of the synthetic faces.
 * @throws UserError for whatever is wrong with the source or the manifest; see the reader of each kind of source.
 */
export async function loadFaces(
  config: DataConfig,
  seed: number,
  report: Reporter,
  tools: LoadTools = {},
): Promise<{ dataset: FaceDataset; summary: DataSummary }> {
  const { sha256, loaded } = await readFaces(config, seed, report, tools);
  const refinement = config.refine === null ? null : await refine(config.refine, loaded, report);
  const extra = config.extra === null ? null : await readExtra(config.extra, config, report, tools);
  const refined = refinement ? { ...loaded.dataset, labels: refinement.labels } : loaded.dataset;
  // The faces of the source come first, so that the manifest's positions hold for both together.
  const joined = extra ? joinFaces(refined, extra.dataset) : refined;
  const { dataset, ...leftOut } = leaveOut(joined, refinement?.dropped, config, report);
  const sources = extra ? [loaded, extra] : [loaded];
  const summary: DataSummary = {
    source: config.source,
    sha256,
    rowsRead: sources.reduce((sum, { sourceRows }) => sum + sourceRows, 0),
    badRowsSkipped: sources.reduce((sum, { badRows }) => sum + badRows.count, 0),
    refined: refinement && { manifest: refinement.manifest, dropped: refinement.dropped.size, moved: refinement.moved },
    ...leftOut,
    faces: countFaces(dataset),
    votes: dataset.votes !== undefined,
    ...(config.extra !== null && { extra: config.extra }),
    ...(config.upscale !== null && dataset.large && { upscaled: { by: config.upscale, size: dataset.large.size } }),
    ...(dataset.subjects && { subjects: countSubjects(dataset) }),
  };
  for (const split of SPLITS) {
    const classes = Object.entries(summary.faces[split]).map(([name, count]) => `${name} ${count}`);
    const subjects = summary.subjects ? `, ${summary.subjects[split]} people of CK+` : '';
    report.note(`${split}: ${indicesOf(dataset, split).length} faces (${classes.join(', ')})${subjects}`);
  }
  return { dataset, summary };
}

/**
 * Every face of the source that a configuration names, with its FER+ votes but without the CK+ beside it; nothing is
 * refined or left out but malformed rows.
 * @param seed of the synthetic faces.
 * @throws UserError for whatever is wrong with the source; see the reader of each kind of source.
 */
export async function readFaces(
  config: DataConfig,
  seed: number,
  report: Reporter,
  tools: LoadTools = {},
): Promise<Source> {
  const { sha256, loaded: small } = await readSource(config, seed, report, tools.find);
  noteBadRows(small, report);
  const loaded = await enlarge(small, config, tools);
  if (config.votes === null) return { sha256, loaded };
  if (sha256 === null)
    throw new UserError(`the FER+ votes of ${config.votes} belong to fer2013.csv, but the source is ${config.source}`);
  return { sha256, loaded: { ...loaded, dataset: await joinVotes(config.votes, loaded, report) } };
}

/**
 * The same faces made larger, if a configuration says so.
 * @throws Error if there is nothing to do it with.
 */
export async function enlarge(loaded: LoadedFaces, config: DataConfig, { upscale }: LoadTools): Promise<LoadedFaces> {
  if (config.upscale === null) return loaded;
  if (!upscale) throw new Error('data.upscale is set, but no upscaler was given');
  const large = await upscale(config.upscale, loaded.dataset.pixels);
  return { ...loaded, dataset: { ...loaded.dataset, large } };
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

async function readSource(config: DataConfig, seed: number, report: Reporter, find?: FaceFinder): Promise<Source> {
  const { source, skipBadRows } = config;
  if (source === 'synthetic') {
    const dataset = generateFaces({ count: config.syntheticCount, seed });
    return { sha256: null, loaded: { dataset, sourceRows: dataset.count, badRows: { count: 0, first: [] } } };
  }
  const info = await stat(source).catch((thrown) => {
    throw fileError('read', source, thrown);
  });
  if (info.isDirectory()) {
    const ckPlus = await isCkPlus(source);
    const loaded = await (ckPlus ? readCkPlus(source, config, report, find) : readFolders(source, skipBadRows, report));
    return { sha256: null, loaded };
  }

  const sha256 = await sha256OfFile(source);
  const cached = await readCache(config.cache, sha256, source, report);
  // A strict run reads a file with bad rows again, to stop at the first of them.
  if (cached && (skipBadRows || cached.badRows.count === 0)) return { sha256, loaded: cached };
  const loaded = await readFer2013(source, skipBadRows, report);
  await writeCache(config.cache, sha256, loaded, report);
  return { sha256, loaded };
}

async function readExtra(extra: string, config: DataConfig, report: Reporter, tools: LoadTools): Promise<LoadedFaces> {
  if (config.fold === null)
    throw new UserError(
      `data.extra is ${extra}, but data.fold is null; choose the fold of its subjects that is kept for the test, for example --fold 0`,
    );
  if (!(await isFolder(extra)) || !(await isCkPlus(extra)))
    throw new UserError(
      `data.extra is ${extra}, which is not CK+; expected the folder CK+48, or one with cohn-kanade-images and Emotion`,
    );
  const loaded = await readCkPlus(extra, config, report, tools.find);
  noteBadRows(loaded, report);
  return enlarge(loaded, config, tools);
}

function noteBadRows({ badRows: { count, first }, sourceRows }: LoadedFaces, report: Reporter): void {
  if (count > 0) report.note(`left out ${count} malformed of ${sourceRows} rows, the first: ${first.join('; ')}`);
}

function leaveOut(
  dataset: FaceDataset,
  refused: ReadonlySet<number> | undefined,
  config: DataConfig,
  report: Reporter,
): Pick<DataSummary, 'duplicatesLeftOut' | 'constantsLeftOut'> & { dataset: FaceDataset } {
  const flaws = findFlaws(dataset);
  const dropped = new Set(refused);
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
  return {
    dataset: dropped.size === 0 ? dataset : without(dataset, dropped),
    duplicatesLeftOut: duplicates.length,
    constantsLeftOut: constants.length,
  };
}

/** Moves the faces that stay together, in the memory that they have: a copy would take another 80 MB. */
function without(dataset: FaceDataset, dropped: ReadonlySet<number>): FaceDataset {
  const kept = Uint32Array.from(dataset.rows.keys()).filter((index) => !dropped.has(index));
  const { large } = dataset;
  const compact = (matrix: Uint8Array, width: number): Uint8Array => {
    kept.forEach((from, to) => {
      matrix.copyWithin(to * width, from * width, (from + 1) * width);
    });
    return matrix.subarray(0, kept.length * width);
  };
  return {
    ...dataset,
    count: kept.length,
    pixels: compact(dataset.pixels, FACE_PIXELS),
    labels: compact(dataset.labels, 1),
    splits: compact(dataset.splits, 1),
    rows: kept.map((index) => dataset.rows[index]),
    ...(dataset.votes && { votes: compact(dataset.votes, FERPLUS_CLASSES.length) }),
    ...(dataset.folds && { folds: compact(dataset.folds, 1) }),
    ...(dataset.subjects && { subjects: Uint16Array.from(kept, (index) => dataset.subjects?.[index] ?? 0) }),
    ...(large && {
      large: {
        size: large.size,
        upscaledBy: large.upscaledBy,
        read: (face: number, out: Uint8Array) => large.read(kept[face], out),
      },
    }),
  };
}

function countFaces(dataset: FaceDataset): DataSummary['faces'] {
  const classes = classesOf(dataset);
  const counts = SPLITS.map(() => classes.map(() => 0));
  for (let i = 0; i < dataset.count; i++) counts[dataset.splits[i]][dataset.labels[i]]++;
  const perClass = (split: number) => Object.fromEntries(classes.map((name, label) => [name, counts[split][label]]));
  return Object.fromEntries(SPLITS.map((name, split) => [name, perClass(split)])) as DataSummary['faces'];
}

function countSubjects(dataset: FaceDataset): Record<Split, number> {
  const subjectsOf = (split: Split) =>
    new Set(
      [...indicesOf(dataset, split)]
        .filter((face) => isOfCkPlus(dataset, face))
        .map((face) => dataset.subjects?.[face]),
    );
  return Object.fromEntries(SPLITS.map((split) => [split, subjectsOf(split).size])) as Record<Split, number>;
}
