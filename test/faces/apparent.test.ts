import { expect, test } from 'vitest';
import type { Faces } from '../../ml/data/dataset.ts';
import { drawFace } from '../../ml/data/synthetic/generate.ts';
import { drawVariations } from '../../ml/data/synthetic/variations.ts';
import { estimatePeople } from '../../ml/faces/apparent.ts';

const of = (faces: readonly Uint8Array[]): Faces => ({ count: faces.length, at: (place) => faces[place] });

test('ages and sexes do not depend on which faces are estimated together', async () => {
  const faces = Array.from({ length: 19 }, (_, person) => drawFace(person % 7, 2, person));
  const seen: [number, number][] = [];
  const { ages, male } = await estimatePeople(of(faces), (done, total) => seen.push([done, total]));
  expect(seen).toEqual([
    [16, 19],
    [19, 19],
  ]);
  for (const face of [0, 15, 16, 18]) {
    const alone = await estimatePeople(of([faces[face]]));
    expect(alone.ages[0]).toBeCloseTo(ages[face], 3);
    expect(alone.male[0]).toBeCloseTo(male[face], 4);
  }
  expect(male.every((share) => share >= 0 && share <= 1)).toBe(true);
});

test('a beard makes drawn people look more like men', async () => {
  const people = Array.from({ length: 20 }, (_, person) => drawVariations('beard', 6, 4, person));
  const mean = async (way: string) => {
    const { male } = await estimatePeople(of(people.map((ways) => ways.get(way)!)));
    return male.reduce((sum, share) => sum + share, 0) / male.length;
  };
  expect(await mean('full')).toBeGreaterThan(await mean('none'));
});
