import { describe, expect, it } from 'vitest';
import { ConfigSchema } from '../../ml/config/schema.ts';
import { EMOTIONS } from '../../ml/core/emotions.ts';
import { generateFaces } from '../../ml/data/synthetic/generate.ts';
import { SHEET_COLUMNS } from '../../ml/evaluate/report/html.ts';
import { augmentationTiles, faceTiles } from '../../tools/pipeline/sheets.ts';

const dataset = generateFaces({ count: 140, seed: 3 });

describe('faceTiles', () => {
  it('gives a row of distinct training faces for each expression', () => {
    const tiles = faceTiles(dataset, 1);
    expect(tiles.map(({ caption }) => caption)).toEqual(EMOTIONS.flatMap((name) => Array(SHEET_COLUMNS).fill(name)));
    expect(new Set(tiles.map(({ pixels }) => pixels.byteOffset)).size).toBe(tiles.length);
    const training = tiles.every(({ pixels }) => dataset.splits[pixels.byteOffset / pixels.length] === 0);
    expect(training).toBe(true);
  });
});

describe('augmentationTiles', () => {
  it('begins each row with the face itself', () => {
    const tiles = augmentationTiles(dataset, ConfigSchema.parse({ model: { size: 64 } }));
    expect(tiles.map(({ caption }) => caption)).toEqual(
      EMOTIONS.flatMap((name) => [name, ...Array(SHEET_COLUMNS - 1).fill(undefined)]),
    );
    expect(new Set(tiles.map(({ size }) => size))).toEqual(new Set([48, 64]));
  });

  it('shows the face unchanged where nothing is augmented, and another one over it with mixup', () => {
    const { softest, ...changes } = ConfigSchema.parse({}).augment;
    const none = { softest, ...Object.fromEntries(Object.keys(changes).map((key) => [key, 0])) };
    const [face, drawn] = augmentationTiles(dataset, ConfigSchema.parse({ model: { size: 48 }, augment: none }));
    expect([...drawn.pixels]).toEqual([...face.pixels]);
    const mixed = ConfigSchema.parse({ model: { size: 48 }, augment: { ...none, mixup: 1 } });
    const [same, ...others] = augmentationTiles(dataset, mixed).slice(0, SHEET_COLUMNS);
    expect(same).toEqual(face);
    const differing = others.filter(({ pixels }) => pixels.some((value, i) => Math.abs(value - face.pixels[i]) > 1));
    expect(differing.length).toBeGreaterThan(others.length / 2);
  });
});
