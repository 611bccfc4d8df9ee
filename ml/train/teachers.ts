import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { cancellable } from '../core/async.ts';
import { EMOTIONS } from '../core/emotions.ts';
import { UserError } from '../core/errors.ts';
import { withCacheLock } from '../core/lock.ts';
import type { Reporter } from '../core/progress.ts';
import { SealedFile, type SealedHeader } from '../core/sealed-file.ts';
import { sha256OfFile } from '../data/cache.ts';
import { fingerprintOf, select } from '../data/columns.ts';
import { type FaceDataset, facesOf, indicesOf } from '../data/dataset.ts';
import { readModelJson } from '../model/model-json.ts';
import { loadIsolatedPredictor } from '../runtime/isolated-predictor.ts';
import type { Predictor } from '../runtime/predictor.ts';

/** Increase it whenever an answer changes that the same file gives to the same face. */
const VERSION = 1;
/** Faces between two saves of the cache, which is what a killed process loses. */
const PORTION = 1024;

/**
 * The same faces with what their teachers answer: the mean of the probabilities that exported models give to each training
 * face as it is shown to them, without augmentation; zeros for the test faces. Answers are computed once: the cache
 * identifies them by the model's content and the faces'. After a stop or kill it resumes. Distillation as of Hinton et al.
 * 2015, at temperature 1: a network that learnt the shares of votes answers in soft shares itself.
 * @param teachers paths of exported models; none leaves the faces as they are.
 * @param cache folder of the cache.
 * @throws UserError if a model is missing, broken, of other classes, or takes landmarks that the faces do not have.
 * @throws the reason of the signal if it stops the work; another call resumes.
 */
export async function withTeachers(
  dataset: FaceDataset,
  teachers: readonly string[],
  cache: string,
  reporter: Reporter,
  signal?: AbortSignal,
): Promise<FaceDataset> {
  if (teachers.length === 0) return dataset;
  const training = indicesOf(dataset, 'Training');
  const content = fingerprintOf(select(dataset, training));
  const K = EMOTIONS.length;
  const mean = new Float32Array(training.length * K);
  for (const teacher of teachers) {
    const answers = await withCacheLock(
      cache,
      'teachers',
      reporter,
      () => answersOf(teacher, { dataset, training, content }, cache, reporter, signal),
      signal,
    );
    for (const [i, answer] of answers.entries()) mean[i] += answer / teachers.length;
  }
  const answers = new Float32Array(dataset.count * K);
  for (const [i, face] of training.entries()) answers.set(mean.subarray(i * K, (i + 1) * K), face * K);
  return { ...dataset, teachers: answers };
}

/** Probabilities [n, 7] of one teacher, read from the cache as far as they are there. */
async function answersOf(
  teacher: string,
  faces: { readonly dataset: FaceDataset; readonly training: Uint32Array; readonly content: string },
  cache: string,
  reporter: Reporter,
  signal: AbortSignal | undefined,
): Promise<Float32Array> {
  const { dataset, training, content } = faces;
  const total = training.length;
  const header = headerOf(await sha256OfFile(teacher), content, total);
  const path = join(cache, `${digest(header)}.answers`);
  const answers = new Float32Array(total * EMOTIONS.length);
  let done = 0;
  const { file, problem } = await SealedFile.read(path, header, (chunk) => {
    answers.set(new Float32Array(chunk.buffer), done * EMOTIONS.length);
    done += chunk.length / (EMOTIONS.length * answers.BYTES_PER_ELEMENT);
  });
  if (problem !== undefined) reporter.note(`${path}: ${problem}; asking the teacher again from face ${done + 1}`);
  if (done === total) return answers;
  await checkLabels(teacher);
  const predictor = await loadIsolatedPredictor(teacher);
  try {
    checkInputs(teacher, predictor, dataset);
    await file.prepare();
    await cancellable(signal, async () => {
      while (done < total && !signal?.aborted) {
        const first = done;
        const portion = facesOf(dataset, training.subarray(first, first + PORTION));
        const found = await predictor.predict(portion, (count) =>
          reporter.progress({ step: `asking ${basename(teacher)}`, done: first + count, total, unit: 'img' }),
        );
        await file.append(new Uint8Array(found.buffer, found.byteOffset, found.byteLength));
        answers.set(found, first * EMOTIONS.length);
        done += portion.count;
      }
    });
    signal?.throwIfAborted();
  } finally {
    await file.close();
    await predictor.close();
  }
  return answers;
}

const headerOf = (model: string, faces: string, count: number): SealedHeader => ({
  format: "a teacher's answers",
  version: VERSION,
  model,
  faces,
  count,
});

const digest = (header: SealedHeader) => createHash('sha256').update(JSON.stringify(header)).digest('hex');

/** The order of the classes is known only where a `model.json` comes with the file. */
async function checkLabels(teacher: string): Promise<void> {
  const path = join(dirname(teacher), 'model.json');
  if (!existsSync(path)) return;
  const { labels, files } = await readModelJson(path);
  if (files.some(({ name }) => name === basename(teacher))) requireLabels(teacher, labels, ' by its model.json');
}

/** @param source where the labels come from, for the message. */
function requireLabels(teacher: string, labels: readonly string[], source = ''): void {
  if (isDeepStrictEqual(labels, [...EMOTIONS])) return;
  throw new UserError(
    `train.teachers: ${teacher} answers with ${labels.join(', ')}${source}; a teacher answers with ` +
      `${EMOTIONS.join(', ')}, in this order: choose such a model`,
  );
}

function checkInputs(teacher: string, { labels, takesLandmarks }: Predictor, { landmarks }: FaceDataset): void {
  requireLabels(teacher, labels);
  if (!takesLandmarks || landmarks) return;
  throw new UserError(
    `train.teachers: ${teacher} takes landmarks, which are only found for a network that takes them itself; choose a ` +
      'teacher that sees only the image, or train with --landmarks fused',
  );
}
