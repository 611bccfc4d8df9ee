import { describe, expect, it } from 'vitest';
import { drawFace } from '../../ml/data/synthetic/generate.ts';
import { drawVariations, VARIATIONS } from '../../ml/data/synthetic/variations.ts';

const ATTRIBUTES = Object.keys(VARIATIONS) as (keyof typeof VARIATIONS)[];
const PEOPLE = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13];
const draw = (attribute: keyof typeof VARIATIONS, person: number) => drawVariations(attribute, person % 7, 3, person);

const brightness = (face: Uint8Array) => face.reduce((sum, grey) => sum + grey, 0) / face.length;
/** Rows and columns from 0 to 47 in which two faces differ. */
function differing(a: Uint8Array, b: Uint8Array) {
  const places = [...a.keys()].filter((i) => a[i] !== b[i]);
  return { rows: places.map((i) => Math.floor(i / 48)), columns: places.map((i) => i % 48) };
}

describe('drawn variations', () => {
  it.each(ATTRIBUTES)('of %s differ for nearly every person, and are drawn the same again', (attribute) => {
    const different = PEOPLE.filter((person) => {
      const [first, ...others] = draw(attribute, person).values();
      expect([...draw(attribute, person).values()][0]).toEqual(first);
      return others.every((other) => differing(first, other).rows.length > 0);
    });
    expect(different.length).toBeGreaterThanOrEqual(0.7 * PEOPLE.length);
  });

  it('have one way for each person that is the face as it is drawn, where the lot chose one of the ways', () => {
    const same = PEOPLE.filter((person) => {
      const face = drawFace(person % 7, 3, person);
      return [...draw('glasses', person).values()].some((way) => differing(way, face).rows.length === 0);
    });
    expect(same).toEqual(PEOPLE);
  });

  it('change only what they say: glasses the height of the eyes, a beard what lies below the nose', () => {
    for (const person of PEOPLE) {
      const glasses = draw('glasses', person);
      const { rows } = differing(glasses.get('none')!, glasses.get('dark')!);
      expect(Math.max(...rows)).toBeLessThan(38);
      const beard = draw('beard', person);
      expect(Math.min(...differing(beard.get('none')!, beard.get('full')!).rows)).toBeGreaterThan(12);
    }
  });

  it('make dark skin darker, step by step, and leave the background', () => {
    for (const person of PEOPLE) {
      const tones = [...draw('skin', person).values()].map(brightness);
      for (const [i, tone] of tones.entries()) if (i > 0) expect(tone).toBeLessThan(tones[i - 1]);
      const [light, ...others] = draw('skin', person).values();
      for (const other of others) expect(other[0]).toBe(light[0]);
    }
  });

  it('light the side that the lamp is on', () => {
    const half = (face: Uint8Array, left: boolean) => brightness(face.filter((_, i) => i % 48 < 24 === left));
    let brighter = 0;
    for (const person of PEOPLE) {
      const ways = draw('light', person);
      const lean = (way: string) => half(ways.get(way)!, true) - half(ways.get(way)!, false);
      brighter += Number(lean('left') > lean('right'));
    }
    expect(brighter).toBe(PEOPLE.length);
  });
});
