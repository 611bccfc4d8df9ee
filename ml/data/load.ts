import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import type { DataConfig } from '../config/schema.ts';
import { UserError } from '../core/errors.ts';
import { fileError, isFolder } from '../core/files.ts';
import type { Reporter } from '../core/progress.ts';
import { readCache, sha256OfFile, writeCache } from './cache.ts';
import type { FaceFinder } from './ckplus/crop-face.ts';
import { isCkPlus, readCkPlus } from './ckplus/read.ts';
import { ClassNames, requireEmotions } from './class-names.ts';
import { concat } from './columns.ts';
import type { FaceDataset, UpscaledFaces } from './dataset.ts';
import { readFer2013 } from './fer2013.ts';
import { joinVotes } from './ferplus.ts';
import { withoutFlaws } from './flaws.ts';
import { readFolders } from './folders.ts';
import type { LoadedFaces } from './loaded.ts';
import { checkIdentity, identityOf, type Refinement, readManifest, refinementBy } from './manifest.ts';
import { completeSplits } from './splits.ts';
import { countFaces, countSubjects, type DataSummary, describeSplits } from './summary.ts';
import { generateFaces } from './synthetic/generate.ts';

/** The networks that loading may need. */
export interface LoadTools {
  /** Finds faces in the frames of CK+ that come without landmarks. */
  readonly find?: FaceFinder;
  /**
   * Upscales all faces of a source, including those left out afterwards, so one file in the cache serves every training
   * on that source.
   * @param edsr path of the network.
   * @param pixels grey values 0..255, [n, 48, 48].
   */
  readonly upscale?: (edsr: string, pixels: Uint8Array) => Promise<UpscaledFaces>;
}

/**
 * Loads the faces that a configuration names: joins the FER+ votes, applies the manifest to the training faces of the
 * source, adds the faces of CK+, upscales all with `data.upscale`, and leaves out training faces that are identical to a test
 * face or have a single grey value, unless the configuration keeps them. Test faces are never left out and keep their
 * labels.
 * @param seed of the synthetic faces.
 * @throws UserError if anything is wrong with the source or the manifest, or something is for the seven expressions only and
 * the classes are others; see the reader of each kind of source.
 */
export async function loadFaces(
  config: DataConfig,
  seed: number,
  report: Reporter,
  tools: LoadTools = {},
): Promise<{ dataset: FaceDataset; summary: DataSummary }> {
  checkClasses(config);
  const { sha256, loaded } = await readFaces(config, seed, report, tools);
  const refinement = config.refine === null ? null : await refine(config.refine, loaded, report);
  const extra = config.extraDataset === null ? null : await readExtra(config.extraDataset, config, report, tools);
  const refined = refinement ? { ...loaded.dataset, labels: refinement.labels } : loaded.dataset;
  // The faces of the source come first, so that the manifest's positions hold for both together.
  const joined = extra ? concat(refined, extra.dataset) : refined;
  const { dataset, ...leftOut } = withoutFlaws(joined, refinement?.dropped ?? new Set(), config, report);
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
    ...(config.extraDataset !== null && { extraDataset: config.extraDataset }),
    ...(config.upscale !== null &&
      dataset.upscaled && { upscaled: { by: config.upscale, size: dataset.upscaled.size } }),
    ...(dataset.subjects && { subjects: countSubjects(dataset) }),
  };
  for (const line of describeSplits(dataset, summary)) report.note(line);
  return { dataset, summary };
}

/** @throws UserError if the configuration has something for the seven expressions only and the classes are others. */
function checkClasses({ source, votes, extraDataset, contempt, refine, classes }: DataConfig): void {
  if (source === 'synthetic') requireEmotions('the generator of drawn faces', classes);
  if (votes !== null) requireEmotions(`data.votes (${votes})`, classes);
  if (extraDataset !== null) requireEmotions(`data.extraDataset (${extraDataset})`, classes);
  if (contempt) requireEmotions('data.contempt', classes);
  if (refine !== null) requireEmotions(`data.refine (${refine})`, classes);
}

/**
 * Every face of the source that a configuration names, with its FER+ votes but without the additional CK+. Only malformed
 * rows are left out.
 * @param seed of the synthetic faces.
 * @throws UserError if anything is wrong with the source; see the reader of each kind of source.
 */
export async function readFaces(
  config: DataConfig,
  seed: number,
  report: Reporter,
  tools: LoadTools = {},
): Promise<Source> {
  const { sha256, loaded: small } = await readSource(config, seed, report, tools.find);
  noteBadRows(small, report);
  const loaded = await upscaleLoaded(small, config, tools);
  if (config.votes !== null && sha256 === null)
    throw new UserError(
      `the FER+ votes of ${config.votes} belong to fer2013.csv, but the source is ${config.source}; leave out --votes`,
    );
  const dataset = config.votes === null ? loaded.dataset : await joinVotes(config.votes, loaded, report);
  // The people of CK+ are divided into folds instead.
  const complete = dataset.subjects ? dataset : completeSplits(dataset, report);
  return { sha256, loaded: { ...loaded, dataset: complete } };
}

/**
 * The same faces, upscaled if the configuration says so.
 * @throws Error if no upscaler was given.
 */
export async function upscaleLoaded(
  loaded: LoadedFaces,
  config: DataConfig,
  { upscale }: LoadTools,
): Promise<LoadedFaces> {
  if (config.upscale === null) return loaded;
  if (!upscale) throw new Error('data.upscale is set, but no upscaler was given');
  const upscaled = await upscale(config.upscale, loaded.dataset.pixels);
  return { ...loaded, dataset: { ...loaded.dataset, upscaled } };
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
  const { source, skipBadRows, map, classes } = config;
  const names = new ClassNames(map, classes);
  if (source === 'synthetic') {
    const dataset = generateFaces({ count: config.syntheticCount, seed });
    return { sha256: null, loaded: { dataset, sourceRows: dataset.count, badRows: { count: 0, first: [] } } };
  }
  const info = await stat(source).catch((thrown) => {
    throw fileError('read', source, thrown);
  });
  if (info.isDirectory()) {
    const ckPlus = await isCkPlus(source);
    if (ckPlus) requireEmotions(`CK+ (${source})`, classes);
    const loaded = await (ckPlus
      ? readCkPlus(source, config, report, find)
      : readFolders(source, { skipBadRows, names }, report));
    return { sha256: null, loaded };
  }

  const sha256 = await sha256OfFile(source);
  const choices = [...(map.length > 0 || names.classes ? [map] : []), ...(names.classes ? [classes] : [])];
  const key =
    choices.length === 0
      ? sha256
      : createHash('sha256')
          .update(JSON.stringify([sha256, ...choices]))
          .digest('hex');
  const cached = await readCache(config.cache, key, source, report);
  // A strict run parses a file with bad rows again, to stop at the first.
  if (cached && (skipBadRows || cached.badRows.count === 0)) return { sha256, loaded: cached };
  const loaded = await readFer2013(source, { skipBadRows, names }, report);
  await writeCache(config.cache, key, loaded, report);
  return { sha256, loaded };
}

async function readExtra(extra: string, config: DataConfig, report: Reporter, tools: LoadTools): Promise<LoadedFaces> {
  if (config.fold === null)
    throw new UserError(
      `data.extraDataset is ${extra}, but data.fold is null; choose which fold of its subjects to hold out for testing, for example --fold 0`,
    );
  if (!(await isFolder(extra)) || !(await isCkPlus(extra)))
    throw new UserError(
      `data.extraDataset is ${extra}, which is not CK+; expected the folder CK+48, or one with cohn-kanade-images and Emotion`,
    );
  const loaded = await readCkPlus(extra, config, report, tools.find);
  noteBadRows(loaded, report);
  return upscaleLoaded(loaded, config, tools);
}

function noteBadRows({ badRows: { count, first }, sourceRows }: LoadedFaces, report: Reporter): void {
  if (count > 0) report.note(`skipped ${count} malformed of ${sourceRows} rows: ${first.join('; ')}`);
}
