import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FACE_PIXELS } from '../../ml/data/dataset.ts';
import { findFlaws } from '../../ml/data/flaws.ts';
import { datasetOf, type Face, pattern } from './helpers.ts';

/** The same lists by comparing every pair. */
function naiveFlaws(faces: readonly Face[]) {
  const text = faces.map((face) => Array.from(face.pixels).join());
  const indices = [...faces.keys()];
  const isTraining = (i: number) => faces[i].split === 0;
  const hasTwin = (i: number) => indices.some((j) => isTraining(j) !== isTraining(i) && text[i] === text[j]);
  return {
    duplicates: Uint32Array.from(indices.filter((i) => isTraining(i) && hasTwin(i))),
    leakedTests: Uint32Array.from(indices.filter((i) => !isTraining(i) && hasTwin(i))),
    constants: Uint32Array.from(
      indices.filter((i) => isTraining(i) && new Set(Array.from(faces[i].pixels)).size === 1),
    ),
  };
}

describe('findFlaws', () => {
  it('finds what comparing every pair finds', () => {
    const face = fc.record({ label: fc.nat(6), split: fc.nat(2), pixels: fc.nat(5).map(pattern) });
    fc.assert(
      fc.property(fc.array(face, { maxLength: 12 }), (faces) => {
        expect(findFlaws(datasetOf(faces))).toEqual(naiveFlaws(faces));
      }),
      { numRuns: 50 },
    );
  });

  it('tells faces apart that differ in one pixel', () => {
    const almost = pattern(3);
    almost[FACE_PIXELS - 1] ^= 1;
    const faces = [
      { label: 0, split: 0, pixels: pattern(3) },
      { label: 0, split: 1, pixels: almost },
    ];
    expect(findFlaws(datasetOf(faces)).duplicates).toHaveLength(0);
  });
});
