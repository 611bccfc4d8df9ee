import { type FaceDataset, faceAt, indicesOf } from './dataset.ts';

/** Odd, so that the hash sees every column of the face. */
const HASH_STRIDE = 11;

/** Training faces that would flatter the test scores or teach nothing; indices ascend, the two lists may overlap. */
export interface Flaws {
  /** Training faces with the very pixels of a PublicTest or PrivateTest face. */
  readonly duplicates: Uint32Array;
  /** PublicTest and PrivateTest faces with the very pixels of a Training face. */
  readonly leakedTests: Uint32Array;
  /** Training images of one single grey value. */
  readonly constants: Uint32Array;
}

/** Compares every training face with every test face, by hash and then pixel by pixel. */
export function findFlaws(dataset: FaceDataset): Flaws {
  const tests = new Map<number, number[]>();
  for (const split of ['PublicTest', 'PrivateTest'] as const)
    for (const index of indicesOf(dataset, split)) {
      const hash = hashOf(faceAt(dataset, index));
      const bucket = tests.get(hash);
      if (bucket) bucket.push(index);
      else tests.set(hash, [index]);
    }

  const duplicates: number[] = [];
  const constants: number[] = [];
  const leaked = new Set<number>();
  for (const index of indicesOf(dataset, 'Training')) {
    const face = faceAt(dataset, index);
    const twins = (tests.get(hashOf(face)) ?? []).filter((test) => Buffer.compare(face, faceAt(dataset, test)) === 0);
    for (const twin of twins) leaked.add(twin);
    if (twins.length > 0) duplicates.push(index);
    if (face.every((value) => value === face[0])) constants.push(index);
  }
  return {
    duplicates: Uint32Array.from(duplicates),
    leakedTests: Uint32Array.from(leaked).sort(),
    constants: Uint32Array.from(constants),
  };
}

/** The 32-bit FNV-1a hash of Fowler, Noll and Vo over a part of the pixels: enough to find the faces worth comparing. */
function hashOf(face: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < face.length; i += HASH_STRIDE) hash = Math.imul(hash ^ face[i], 0x01000193);
  return hash;
}
