import type { Config } from '../../ml/config/schema.ts';
import { predictionAt } from '../../ml/core/emotions.ts';
import { UserError } from '../../ml/core/errors.ts';
import { withLock } from '../../ml/core/lock.ts';
import type { Reporter } from '../../ml/core/progress.ts';
import { requireEmotions } from '../../ml/data/class-names.ts';
import { type FaceDataset, indicesOf } from '../../ml/data/dataset.ts';
import { readFaces, upscaleLoaded } from '../../ml/data/load.ts';
import type { LoadedFaces } from '../../ml/data/loaded.ts';
import { checkIdentity, identityOf, readManifest, refinementBy } from '../../ml/data/manifest.ts';
import type { Manifest } from '../../ml/data/manifest-format.ts';
import { findUnlikelyLabels } from '../../ml/refine/confident-learning.ts';
import { findSuspects } from '../../ml/refine/finders.ts';
import { predictOutOfFold } from '../../ml/refine/out-of-fold.ts';
import { entriesOf, type Suspect } from '../../ml/refine/suspects.ts';
import { findFace, loadTools } from './load-tools.ts';
import { createRun, openRun, type Run, removeUnbegun } from './run-folder.ts';
import { withLandmarksFor } from './train-run.ts';

/** What to refine: new data, or a run whose networks were stopped in training. */
export type RefineOptions = { readonly config: Config; readonly name?: string } | { readonly resume: string };

export interface Refined {
  readonly manifest: Manifest;
  readonly dataset: FaceDataset;
  /** Of the networks that look for wrong labels; null if there are none. */
  readonly run: Run | null;
}

/** Networks that look for wrong labels and were stopped by the signal. */
export interface Stopped {
  readonly run: Run;
}

/**
 * Looks through the data that a configuration names.
 * @throws UserError if configuration, data or folder do not do, or another process is at work in the folder.
 */
export async function refineData(
  options: RefineOptions,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<Refined | Stopped> {
  const started: Run | { config: Config; name?: string } =
    'resume' in options ? await openRun(options.resume) : options;
  const { config } = started;
  if ('resume' in options && config.refine.folds === 0)
    throw new UserError(`${options.resume} is not a run of "refine --folds", so it cannot be resumed`);
  // Only the networks of the folds see upscaled faces.
  const data = { ...config.data, upscale: null };
  const { loaded } = await readFaces(data, config.seed, reporter, { find: findFace });
  checkRefinable(loaded.dataset, config);
  if (config.refine.folds === 0) return finish(loaded, findSuspects(loaded.dataset, reporter), null);

  const run = 'folder' in started ? started : await createRun(config, started.name ?? 'refine', new Date());
  reporter.note(`run folder: ${run.folder}`);
  const find = () => findWithNetworks(run, loaded, reporter, signal);
  const suspects = await withLock(run.folder, 'refine', find).catch(async (thrown) => {
    if (thrown === signal.reason) return null;
    if (!('resume' in options)) await removeUnbegun(run.folder);
    throw thrown;
  });
  return suspects ? finish(loaded, suspects, run) : { run };
}

/**
 * @returns null if the training was stopped by the signal.
 * @throws the reason of the signal if it came before the training.
 */
async function findWithNetworks(
  { config, folder }: Run,
  loaded: LoadedFaces,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<Suspect[] | null> {
  const { dataset } = await upscaleLoaded(loaded, config.data, loadTools(config.data, reporter, signal));
  const seen = await withLandmarksFor(config, dataset, reporter, signal);
  const suspects = findSuspects(dataset, reporter);
  const faces = trainable(dataset, suspects);
  const probabilities = await predictOutOfFold({ config, dataset: seen, faces, folder, reporter, signal });
  if (probabilities === null) return null;
  const labels = Uint8Array.from(faces, (face) => dataset.labels[face]);
  const agreed = labels.filter((label, i) => predictionAt(probabilities, i).label === label).length;
  reporter.note(
    `networks that have not seen them agree with ${((100 * agreed) / labels.length).toFixed(1)} % of the labels; ` +
      'the fewer, the less they can tell: train for more --epochs',
  );
  return [...suspects, ...findUnlikelyLabels(faces, labels, probabilities)];
}

/** @throws UserError if all faces are CK+'s and kept for the test, or have a class that a manifest does not know. */
function checkRefinable(dataset: FaceDataset, { data }: Config): void {
  requireEmotions('refine', data.classes);
  if (dataset.subjects && data.fold === null)
    throw new UserError(
      `all subjects of ${data.source} are kept for the test, which is never changed; refine the other folds of them with --set data.fold=0`,
    );
  if (dataset.subjects && dataset.classes)
    throw new UserError(
      'data.contempt is true, but a manifest knows only the seven expressions of the lens; remove it',
    );
}

/**
 * A manifest that exists, with the data that it speaks of.
 * @throws UserError if it is none, or is one of other data.
 */
export async function reviewable(path: string, options: RefineOptions, reporter: Reporter) {
  const manifest = await readManifest(path);
  const { config } = 'resume' in options ? await openRun(options.resume) : options;
  const { loaded } = await readFaces({ ...config.data, votes: null, upscale: null }, config.seed, reporter, {
    find: findFace,
  });
  checkIdentity(path, manifest, identityOf(loaded));
  refinementBy(path, manifest, loaded.dataset);
  return { manifest, dataset: loaded.dataset };
}

/** Training faces that are not to be dropped: a copy in another fold would be known by heart. */
export function trainable(dataset: FaceDataset, suspects: readonly Suspect[]): Uint32Array {
  const dropped = new Set(suspects.filter(({ action }) => action === 'drop').map(({ face }) => face));
  return indicesOf(dataset, 'Training').filter((face) => !dropped.has(face));
}

function finish(loaded: LoadedFaces, suspects: readonly Suspect[], run: Run | null): Refined {
  const { dataset } = loaded;
  return { manifest: { identity: identityOf(loaded), entries: entriesOf(dataset, suspects) }, dataset, run };
}
