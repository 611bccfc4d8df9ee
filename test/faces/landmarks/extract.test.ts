import { readFileSync, writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { LANDMARK_VALUES, normalizeLandmarks } from '../../../ml/core/landmarks68.ts';
import { silent } from '../../../ml/core/progress.ts';
import { FACE_PIXELS, type FaceDataset, faceAt } from '../../../ml/data/dataset.ts';
import { generateFaces } from '../../../ml/data/synthetic/generate.ts';
import { extractLandmarks, withLandmarks } from '../../../ml/faces/landmarks/extract.ts';
import { datasetOf, listener, temporaryFolder } from '../../data/helpers.ts';

const drawn = generateFaces({ count: 36, seed: 2 });

/** Some of the drawn faces in any order; −1 is a black picture. */
const chosen = (faces: readonly number[]): FaceDataset =>
  datasetOf(
    faces.map((face) => ({ label: 0, split: 0, pixels: face < 0 ? new Uint8Array(FACE_PIXELS) : faceAt(drawn, face) })),
  );

const landmarksAt = ({ landmarks }: FaceDataset, face: number) =>
  landmarks?.subarray(face * LANDMARK_VALUES, (face + 1) * LANDMARK_VALUES);

it('fills in the landmarks, zeros where there are none, and counts them', async () => {
  const cache = temporaryFolder();
  const report = listener();
  const dataset = chosen([4, -1, 5, 4, -1]);
  const filled = await withLandmarks(dataset, cache, report);
  const { landmarks, ...rest } = filled;
  expect(rest).toEqual(dataset);
  expect(landmarks?.length).toBe(5 * 136);
  const { faces, searched } = await extractLandmarks(dataset, cache, silent);
  expect(searched).toBe(0);
  for (const [i, face] of faces.entries()) {
    const expected = new Float32Array(136);
    normalizeLandmarks(face?.points ?? expected, expected);
    expect(landmarksAt(filled, i)).toEqual(expected);
  }
  expect(landmarksAt(filled, 1)).toEqual(new Float32Array(136));
  expect(landmarksAt(filled, 3)).toEqual(landmarksAt(filled, 0));
  expect(landmarksAt(filled, 0)).not.toEqual(new Float32Array(136));
  expect(report.notes).toEqual(['landmarks: found in 3 of 5 faces, 2 constant']);
  // Two of the faces are copies.
  expect(report.steps.at(-1)).toBe('finding landmarks 3/3 img');
});

it('knows each face whatever data set it is in, and looks for those that it does not know', async () => {
  const cache = temporaryFolder();
  const first = await withLandmarks(chosen([0, 1, 2, 3]), cache, silent);
  const report = listener();
  const second = await withLandmarks(chosen([3, 7, 1]), cache, report);
  expect(report.steps).toEqual(['finding landmarks 0/1 img', 'finding landmarks 1/1 img']);
  expect(landmarksAt(second, 0)).toEqual(landmarksAt(first, 3));
  expect(landmarksAt(second, 2)).toEqual(landmarksAt(first, 1));
  expect(second.landmarks).toEqual((await withLandmarks(chosen([3, 7, 1]), temporaryFolder(), silent)).landmarks);
  const changed = chosen([3, 7, 1]);
  changed.pixels[2 * FACE_PIXELS + 1000] ^= 1;
  expect((await extractLandmarks(changed, cache, silent)).searched).toBe(1);
});

it('stopped, goes on to the same landmarks', async () => {
  const cache = temporaryFolder();
  const controller = new AbortController();
  const stopping = { ...silent, progress: ({ done }: { done: number }) => done > 0 && controller.abort() };
  const stopped = await extractLandmarks(drawn, cache, stopping, controller.signal);
  expect(stopped).toMatchObject({ completed: false, searched: 16 });
  expect(stopped.faces.filter((face) => face === undefined).length).toBe(20);
  await expect(withLandmarks(drawn, cache, silent, controller.signal)).rejects.toThrow('aborted');
  const resumed = await extractLandmarks(drawn, cache, silent);
  expect(resumed).toMatchObject({ completed: true, searched: 20 });
  const { faces } = await extractLandmarks(drawn, temporaryFolder(), silent);
  expect(resumed.faces).toEqual(faces);
});

it('makes a damaged cache anew', async () => {
  const cache = temporaryFolder();
  const dataset = chosen([0, 1, 2]);
  const { path, faces } = await extractLandmarks(dataset, cache, silent);
  const whole = readFileSync(path);
  const broken = Buffer.from(whole);
  broken[broken.length - 200] ^= 1;
  writeFileSync(path, broken);
  const report = listener();
  const again = await extractLandmarks(dataset, cache, report);
  expect(again).toEqual({ completed: true, faces, searched: 3, path });
  expect(report.notes).toEqual([expect.stringMatching(/ignoring the cache .*landmarks .*checksum.*rebuilt/)]);
  expect(readFileSync(path).equals(whole)).toBe(true);
});
