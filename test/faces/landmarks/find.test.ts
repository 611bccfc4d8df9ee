import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigSchema } from '../../../ml/config/schema.ts';
import { eyesOf, mirrorLandmarks, normalizeLandmarks } from '../../../ml/core/landmarks68.ts';
import { silent } from '../../../ml/core/progress.ts';
import { Random } from '../../../ml/core/random.ts';
import { FACE_PIXELS, FACE_SIZE, faceAt } from '../../../ml/data/dataset.ts';
import { readFaces } from '../../../ml/data/load.ts';
import { generateFaces } from '../../../ml/data/synthetic/generate.ts';
import { findLandmarks, LandmarkNetwork } from '../../../ml/faces/landmarks/find.ts';
import { REAL, temporaryFolder } from '../../data/helpers.ts';
import { needing } from '../../real-data.ts';
import { drawnPoints, JAW, meanDistance, medianOf } from './drawn.ts';

let network: LandmarkNetwork;
beforeAll(async () => {
  network = await LandmarkNetwork.open();
});
afterAll(() => network.close());

const normalized = (points: Float32Array) => {
  normalizeLandmarks(points, points);
  return points;
};

const mirrored = (face: Uint8Array) => face.map((_, i) => face[i - (i % FACE_SIZE) + FACE_SIZE - 1 - (i % FACE_SIZE)]);

/** How far apart the normalised landmarks of faces and of the mirrored faces are, where both were found. */
async function mirrorErrors(faces: readonly Uint8Array[]): Promise<number[]> {
  const [found, other] = [await findLandmarks(network, faces), await findLandmarks(network, faces.map(mirrored))];
  return found.flatMap(({ outcome, points }, i) => {
    if (outcome !== 'found' || other[i].outcome !== 'found') return [];
    const back = new Float32Array(points.length);
    mirrorLandmarks(normalized(other[i].points), back);
    return [meanDistance(normalized(points), back)];
  });
}

describe('landmarks of drawn faces', () => {
  const seed = 3;
  const drawn = generateFaces({ count: 40, seed });
  const faces = Array.from({ length: drawn.count }, (_, i) => faceAt(drawn, i));

  it('lie where the drawing has eyes, brows, nose and mouth', async () => {
    const found = await findLandmarks(network, faces);
    const errors = found.flatMap(({ outcome, points }, i) => {
      const known = drawnPoints(drawn.labels[i], seed, i);
      const [left, right] = eyesOf(known);
      const distance = Math.hypot(right[0] - left[0], right[1] - left[1]);
      return outcome === 'found' ? [meanDistance(points, known, JAW) / distance] : [];
    });
    expect(errors.length).toBeGreaterThanOrEqual(38);
    expect(medianOf(errors)).toBeLessThan(0.09);
    expect(Math.max(...errors)).toBeLessThan(0.2);
  });

  it('are the same bits whatever faces are looked at beside, and the input is left as it is', async () => {
    const before = drawn.pixels.slice();
    const all = await findLandmarks(network, faces.slice(0, 20));
    for (const i of [0, 7, 19]) expect((await findLandmarks(network, [faces[i]]))[0]).toEqual(all[i]);
    expect(drawn.pixels).toEqual(before);
  });

  it('of mirrored faces are about the mirrored landmarks', async () => {
    expect(medianOf(await mirrorErrors(faces.slice(0, 16)))).toBeLessThan(0.06);
  });

  it('stop at the signal', async () => {
    const controller = new AbortController();
    const found = await findLandmarks(network, faces, (done) => done > 0 && controller.abort(), controller.signal);
    expect(found.length).toBe(16);
  });
});

it('says why it finds no points', async () => {
  const random = new Random(1);
  const noise = Array.from({ length: 12 }, () => Uint8Array.from({ length: FACE_PIXELS }, () => random.integer(256)));
  const found = await findLandmarks(network, [
    new Uint8Array(FACE_PIXELS).fill(90),
    new Uint8Array(FACE_PIXELS),
    ...noise,
  ]);
  expect(found.slice(0, 2).map(({ outcome }) => outcome)).toEqual(['constant', 'constant']);
  const failed = found.filter(({ outcome }) => outcome !== 'found');
  for (const { points } of failed) expect(points).toEqual(new Float32Array(136));
  expect(found.slice(2).filter(({ outcome }) => outcome === 'found').length).toBeLessThanOrEqual(4);
  expect(await findLandmarks(network, [])).toEqual([]);
});

describe('landmarks of FER2013', needing(join(REAL, 'fer2013-sample.csv')), () => {
  it('are found in most faces of its sample, and steady when these are mirrored', async () => {
    const source = join(REAL, 'fer2013-sample.csv');
    const { data, seed } = ConfigSchema.parse({ data: { source, cache: temporaryFolder() } });
    const { dataset } = (await readFaces(data, seed, silent)).loaded;
    const faces = Array.from({ length: 32 }, (_, i) => faceAt(dataset, i));
    const found = await findLandmarks(network, faces);
    expect(found.filter(({ outcome }) => outcome === 'found').length).toBeGreaterThanOrEqual(26);
    expect(medianOf(await mirrorErrors(faces))).toBeLessThan(0.06);
  });
});
