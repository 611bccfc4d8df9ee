import { cancellable } from '../../core/async.ts';
import { LANDMARK_VALUES, normalizeLandmarks } from '../../core/landmarks68.ts';
import { withCacheLock } from '../../core/lock.ts';
import type { Reporter } from '../../core/progress.ts';
import { type FaceDataset, faceAt } from '../../data/dataset.ts';
import { type FoundLandmarks, findLandmarks, LandmarkNetwork, OUTCOMES, type Outcome } from './find.ts';
import { digestOf, LandmarkStore } from './store.ts';

/** Faces between two saves of the cache, which is what a killed process loses. */
const PORTION = 2048;

/** How the search for landmarks went. */
export interface ExtractedLandmarks {
  /** False if it was stopped by its signal; another call resumes. */
  readonly completed: boolean;
  /** Landmarks of each face, [count]; if it was stopped, undefined for those that are left. */
  readonly faces: readonly (FoundLandmarks | undefined)[];
  /** Different faces that were searched in this call; 0 if all of them were in the cache. */
  readonly searched: number;
  /** File of the cache. */
  readonly path: string;
}

/**
 * Finds the landmarks of every face, or reads them from the cache. After a stop or kill, it resumes about where it was; a
 * damaged file is reported and created again. While another process fills the same cache, it waits.
 * @param cache folder of the cache.
 * @throws UserError if the network's npm package is not completely installed.
 */
export async function extractLandmarks(
  dataset: FaceDataset,
  cache: string,
  reporter: Reporter,
  signal?: AbortSignal,
): Promise<ExtractedLandmarks> {
  const network = await LandmarkNetwork.open();
  const extract = async (): Promise<ExtractedLandmarks> => {
    const store = await LandmarkStore.open(cache, network.sha256, reporter);
    const digests = Array.from({ length: dataset.count }, (_, face) => digestOf(faceAt(dataset, face)));
    const missing = new Map<string, Uint8Array>();
    for (const [face, digest] of digests.entries()) if (!store.get(digest)) missing.set(digest, faceAt(dataset, face));
    const searched = await cancellable(signal, () => search(missing, network, store, reporter, signal));
    const faces = digests.map((digest) => store.get(digest));
    return { completed: searched === missing.size, faces, searched, path: store.path };
  };
  try {
    return await withCacheLock(cache, 'landmarks', reporter, extract, signal);
  } catch (thrown) {
    if (thrown !== signal?.reason) throw thrown;
    // Stopped while waiting, it only reads the cache.
    return await extract();
  } finally {
    await network.close();
  }
}

/** @returns how many of the faces were searched. */
async function search(
  missing: ReadonlyMap<string, Uint8Array>,
  network: LandmarkNetwork,
  store: LandmarkStore,
  reporter: Reporter,
  signal: AbortSignal | undefined,
): Promise<number> {
  const faces = [...missing];
  const total = faces.length;
  const report = (done: number) => reporter.progress({ step: 'finding landmarks', done, total, unit: 'img' });
  let done = 0;
  while (done < total && !signal?.aborted) {
    const portion = faces.slice(done, done + PORTION);
    const begun = done;
    report(done);
    const found = await findLandmarks(
      network,
      portion.map(([, face]) => face),
      (count) => report(begun + count),
      signal,
    );
    for (const [i, landmarks] of found.entries()) store.set(portion[i][0], landmarks);
    done += found.length;
    await store.save(reporter);
  }
  return done;
}

/** How many faces there are of each outcome. */
export function countOutcomes(faces: readonly (FoundLandmarks | undefined)[]): Record<Outcome, number> {
  const counts = Object.fromEntries(OUTCOMES.map((outcome) => [outcome, 0])) as Record<Outcome, number>;
  for (const face of faces) if (face) counts[face.outcome]++;
  return counts;
}

/**
 * The same faces with their normalised landmarks, found or read from the cache; zeros where none were found, whose number
 * is reported. The cache identifies each face by its pixels, so it cannot get out of step with a data set: unknown faces
 * are searched.
 * @param cache folder of the cache.
 * @throws UserError if the network's npm package is not completely installed.
 * @throws the reason of the signal if it stops the search; another call resumes.
 */
export async function withLandmarks(
  dataset: FaceDataset,
  cache: string,
  reporter: Reporter,
  signal?: AbortSignal,
): Promise<FaceDataset> {
  const { faces } = await extractLandmarks(dataset, cache, reporter, signal);
  signal?.throwIfAborted();
  const landmarks = new Float32Array(dataset.count * LANDMARK_VALUES);
  for (const [i, face] of faces.entries())
    if (face) normalizeLandmarks(face.points, landmarks.subarray(i * LANDMARK_VALUES, (i + 1) * LANDMARK_VALUES));
  reporter.note(`landmarks: ${describeOutcomes(faces)}`);
  return { ...dataset, landmarks };
}

/** For example `found in 31 of 35 faces, 1 constant, 3 unsteady`. */
export function describeOutcomes(faces: readonly (FoundLandmarks | undefined)[]): string {
  const { found, ...failures } = countOutcomes(faces);
  const reasons = Object.entries(failures).filter(([, count]) => count > 0);
  return [`found in ${found} of ${faces.length} faces`, ...reasons.map(([reason, count]) => `${count} ${reason}`)].join(
    ', ',
  );
}
