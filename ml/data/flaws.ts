import type { DataConfig } from '../config/schema.ts';
import type { Reporter } from '../core/progress.ts';
import { select } from './columns.ts';
import { type FaceDataset, faceAt, indicesOf } from './dataset.ts';

/** Odd, to sample every column of the face. */
const HASH_STRIDE = 11;

/** Training faces that would flatter the test scores or teach nothing; indices ascend, the two lists may overlap. */
export interface Flaws {
  /** Training faces with the same pixels as a PublicTest or PrivateTest face. */
  readonly duplicates: Uint32Array;
  /** PublicTest and PrivateTest faces with the same pixels as a Training face. */
  readonly leakedTests: Uint32Array;
  /** Training images with a single grey value. */
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

/**
 * The data set without the training faces that {@link findFlaws} finds, unless the configuration keeps them, and without
 * those that a manifest drops.
 * @param dropped positions of the faces that a manifest drops; they are not counted again.
 */
export function withoutFlaws(
  dataset: FaceDataset,
  dropped: ReadonlySet<number>,
  { keepConstant, keepDuplicates }: Pick<DataConfig, 'keepConstant' | 'keepDuplicates'>,
  report: Reporter,
): { dataset: FaceDataset; duplicatesLeftOut: number; constantsLeftOut: number } {
  const flaws = findFlaws(dataset);
  const gone = new Set(dropped);
  const leaveOut = (faces: Uint32Array): number => {
    const more = faces.filter((face) => !gone.has(face));
    for (const face of more) gone.add(face);
    return more.length;
  };
  const constantsLeftOut = keepConstant ? 0 : leaveOut(flaws.constants);
  const duplicatesLeftOut = keepDuplicates ? 0 : leaveOut(flaws.duplicates);
  if (constantsLeftOut > 0) report.note(`left out ${constantsLeftOut} training images with a single grey value`);
  if (duplicatesLeftOut > 0)
    report.note(`left out ${duplicatesLeftOut} training faces identical to a face of PublicTest or PrivateTest`);
  const kept = Uint32Array.from(dataset.rows.keys()).filter((face) => !gone.has(face));
  return { dataset: gone.size === 0 ? dataset : select(dataset, kept), duplicatesLeftOut, constantsLeftOut };
}
