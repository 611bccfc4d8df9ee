import type { Config } from '../../ml/config/schema.ts';
import { EMOTIONS } from '../../ml/core/emotions.ts';
import { UserError } from '../../ml/core/errors.ts';
import { withLock } from '../../ml/core/lock.ts';
import { predictionAt } from '../../ml/core/prediction.ts';
import type { Reporter } from '../../ml/core/progress.ts';
import { classesOf, type FaceDataset, indicesOf } from '../../ml/data/dataset.ts';
import { enlarge, readFaces } from '../../ml/data/load.ts';
import type { LoadedFaces } from '../../ml/data/loaded.ts';
import { checkIdentity, identityOf, readManifest } from '../../ml/data/manifest.ts';
import type { Manifest } from '../../ml/data/manifest-format.ts';
import { refinementBy } from '../../ml/data/refinement.ts';
import { findUnlikelyLabels } from '../../ml/refine/confident-learning.ts';
import { predictOutOfFold } from '../../ml/refine/out-of-fold.ts';
import { entriesOf, findSuspects } from '../../ml/refine/refine.ts';
import type { Suspect } from '../../ml/refine/suspect.ts';
import { findFace } from './find-face.ts';
import { loadTools } from './load-tools.ts';
import { createRun, openRun, type Run, removeUnbegun } from './run-folder.ts';
import { withLandmarksFor } from './train-run.ts';

/** What to refine: new data, or a run whose networks were stopped in training. */
export type RefineOrder = { readonly config: Config; readonly name?: string } | { readonly resume: string };

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
  order: RefineOrder,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<Refined | Stopped> {
  const started: Run | { config: Config; name?: string } = 'resume' in order ? await openRun(order.resume) : order;
  const { config } = started;
  if ('resume' in order && config.refine.folds === 0)
    throw new UserError(`${order.resume} is no run of "refine --folds"; nothing of it can be resumed`);
  // Only the networks of the folds see larger faces.
  const data = { ...config.data, upscale: null };
  const { loaded } = await readFaces(data, config.seed, reporter, { find: findFace });
  checkRefinable(loaded.dataset, config);
  if (config.refine.folds === 0) return finish(loaded, findSuspects(loaded.dataset, reporter), null);

  const run = 'folder' in started ? started : await createRun(config, started.name ?? 'refine', new Date());
  reporter.note(`run folder: ${run.folder}`);
  const find = () => findWithNetworks(run, loaded, reporter, signal);
  const suspects = await withLock(run.folder, 'refine', find).catch(async (thrown) => {
    if (thrown === signal.reason) return null;
    if (!('resume' in order)) await removeUnbegun(run.folder);
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
  const { dataset } = await enlarge(loaded, config.data, loadTools(config.data, reporter, signal));
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
  if (dataset.subjects && data.fold === null)
    throw new UserError(
      `all subjects of ${data.source} are kept for the test, which is never changed; refine the other folds of them with --set data.fold=0`,
    );
  if (classesOf(dataset).length > EMOTIONS.length)
    throw new UserError(
      'data.contempt is true, but a manifest knows the seven expressions of the lens alone; leave it out',
    );
}

/**
 * A manifest that exists, with the data that it speaks of.
 * @throws UserError if it is none, or is one of other data.
 */
export async function reviewable(path: string, order: RefineOrder, reporter: Reporter) {
  const manifest = await readManifest(path);
  const { config } = 'resume' in order ? await openRun(order.resume) : order;
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
