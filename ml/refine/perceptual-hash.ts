import { FACE_SIZE, type FaceDataset, faceAt } from '../data/dataset.ts';
import { type Moments, momentsOf } from './image-statistics.ts';

/** Bytes of a hash, one for each of its rows. */
const ROWS = 8;
const COLUMNS = 9;
const BYTES = 256;
/**
 * Differing bits of hashes that are compared further. Of two hashes with fewer differing bits than they have bytes, one
 * byte at least is the same, so that looking up each byte finds every such pair.
 */
const MAX_DISTANCE = ROWS - 1;

const BITS = Uint8Array.from({ length: BYTES }, (_, byte) => byte.toString(2).replaceAll('0', '').length);

/** Two faces, the first before the second. */
export interface Pair {
  readonly first: number;
  readonly second: number;
  /** Correlation of their pixels, at most 1; brightness and contrast do not matter. */
  readonly correlation: number;
}

/**
 * Pairs of faces that look the same: their difference hashes (Krawetz 2013, "Kind of like that": 8 × 8 bits, each telling
 * whether a region is darker than the one to its right) differ in at most 7 bits, and their pixels
 * correlate at half size, where a shift by a pixel matters less.
 * @param faces positions in the data set.
 * @param least correlation of a pair.
 */
export function similarPairs(dataset: FaceDataset, faces: readonly number[], least: number): Pair[] {
  const hashes = new Uint8Array(faces.length * ROWS);
  for (const [i, face] of faces.entries()) writeHash(faceAt(dataset, face), hashes.subarray(i * ROWS, (i + 1) * ROWS));
  const halves = faces.map((face) => halveFace(faceAt(dataset, face)));
  const moments = halves.map(momentsOf);
  const pairs: Pair[] = [];
  for (const [i, j] of closeHashes(hashes)) {
    const correlation = correlate(halves[i], halves[j], moments[i], moments[j]);
    if (correlation >= least) pairs.push({ first: faces[i], second: faces[j], correlation });
  }
  return pairs;
}

function writeHash(face: Uint8Array, hash: Uint8Array): void {
  const means = new Float64Array(COLUMNS);
  const bounds = Array.from({ length: COLUMNS + 1 }, (_, column) => Math.round((column * FACE_SIZE) / COLUMNS));
  const height = FACE_SIZE / ROWS;
  for (let row = 0; row < ROWS; row++) {
    for (let column = 0; column < COLUMNS; column++) {
      let sum = 0;
      for (let y = row * height; y < (row + 1) * height; y++)
        for (let x = bounds[column]; x < bounds[column + 1]; x++) sum += face[y * FACE_SIZE + x];
      means[column] = sum / (bounds[column + 1] - bounds[column]);
    }
    for (let bit = 0; bit < COLUMNS - 1; bit++) if (means[bit] < means[bit + 1]) hash[row] |= 1 << bit;
  }
}

/** Every pair of hashes within the distance, once. */
function* closeHashes(hashes: Uint8Array): Generator<readonly [number, number]> {
  const count = hashes.length / ROWS;
  for (let row = 0; row < ROWS; row++) {
    const buckets: number[][] = Array.from({ length: BYTES }, () => []);
    for (let i = 0; i < count; i++) buckets[hashes[i * ROWS + row]].push(i);
    for (const bucket of buckets)
      for (const [place, j] of bucket.entries())
        for (let before = 0; before < place; before++) {
          const i = bucket[before];
          if (firstCommonRow(hashes, i, j) === row && distance(hashes, i, j) <= MAX_DISTANCE) yield [i, j];
        }
  }
}

/** A pair that shares several bytes is met once for each of them. */
function firstCommonRow(hashes: Uint8Array, i: number, j: number): number {
  let row = 0;
  while (hashes[i * ROWS + row] !== hashes[j * ROWS + row]) row++;
  return row;
}

function distance(hashes: Uint8Array, i: number, j: number): number {
  let bits = 0;
  for (let row = 0; row < ROWS; row++) bits += BITS[hashes[i * ROWS + row] ^ hashes[j * ROWS + row]];
  return bits;
}

/** A face at half size, rounded. */
function halveFace(face: Uint8Array): Uint8Array {
  const half = FACE_SIZE / 2;
  return Uint8Array.from({ length: half * half }, (_, i) => {
    const at = 2 * Math.floor(i / half) * FACE_SIZE + 2 * (i % half);
    return (face[at] + face[at + 1] + face[at + FACE_SIZE] + face[at + FACE_SIZE + 1] + 2) >> 2;
  });
}

function correlate(one: Uint8Array, other: Uint8Array, a: Moments, b: Moments): number {
  let products = 0;
  for (let i = 0; i < one.length; i++) products += one[i] * other[i];
  const covariance = products / one.length - a.mean * b.mean;
  return Math.min(1, covariance / (a.deviation * b.deviation));
}
