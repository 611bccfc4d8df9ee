import type { Faces } from '../data/dataset.ts';
import { faceToImage } from '../data/resize.ts';
import { openOnnx } from '../runtime/onnx-session.ts';
import { LANDMARK_SIDE } from './landmarks/square.ts';
import { ageGenderModel } from './networks/models.ts';

/** How old and of which sex people look to a network, which errs; the people themselves were not asked. */
export interface ApparentPeople {
  /** Years of each face. */
  readonly ages: Float32Array;
  /** Probability that each is male, 0..1. */
  readonly male: Float32Array;
}

const BATCH = 16;

/**
 * Estimates age and sex by face-api's network. Faces are framed as FER2013 frames them, which is about face-api's own framing.
 * @throws UserError if the package with its weights is not completely installed.
 */
export async function estimatePeople(
  faces: Faces,
  onProgress = (_done: number, _total: number) => {},
): Promise<ApparentPeople> {
  const session = await openOnnx(await ageGenderModel(BATCH), "face-api's age and sex network");
  const length = 3 * LANDMARK_SIDE ** 2;
  const values = new Float32Array(BATCH * length);
  const people = { ages: new Float32Array(faces.count), male: new Float32Array(faces.count) };
  for (let first = 0; first < faces.count; first += BATCH) {
    const count = Math.min(BATCH, faces.count - first);
    for (let i = 0; i < count; i++)
      faceToImage(faces.at(first + i), LANDMARK_SIDE, values.subarray(i * length, (i + 1) * length));
    const [ages, sexes] = await session.run([{ shape: [BATCH, 3, LANDMARK_SIDE, LANDMARK_SIDE], values }]);
    people.ages.set(ages.subarray(0, count), first);
    for (let i = 0; i < count; i++) people.male[first + i] = sexes[2 * i];
    onProgress(first + count, faces.count);
  }
  await session.close();
  return people;
}
