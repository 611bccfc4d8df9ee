import { describe, expect, it } from 'vitest';
import { ConfigSchema } from '../../ml/config/schema.ts';
import { Random } from '../../ml/core/random.ts';
import { FACE_PIXELS, type FaceDataset } from '../../ml/data/dataset.ts';
import { Layout } from '../../ml/nn/layout.ts';
import { Batches } from '../../ml/train/batches.ts';

const COUNT = 40;
const SIZE = 32;
const CLASSES = 7;
const config = ConfigSchema.parse({
  model: { size: SIZE, dropout: 0.5 },
  augment: { flip: 0, rotation: 0, scale: 0, shift: 0, brightness: 0, contrast: 0, gamma: 0, noise: 0, cutout: 0 },
  train: { batchSize: 16, labelSmoothing: 0.14 },
});

/** Face i is one flat grey, 6·i, so that it can be told from its pixels. */
function flatFaces(): FaceDataset {
  const pixels = new Uint8Array(COUNT * FACE_PIXELS);
  for (let i = 0; i < COUNT; i++) pixels.fill(6 * i, i * FACE_PIXELS, (i + 1) * FACE_PIXELS);
  const labels = Uint8Array.from({ length: COUNT }, (_, i) => i % CLASSES);
  return {
    source: 'flat',
    count: COUNT,
    pixels,
    labels,
    splits: new Uint8Array(COUNT),
    rows: Uint32Array.from(labels.keys()),
  };
}

const dataset = flatFaces();
const random = new Random(1);
const heads = {
  original: {
    probabilities: Float32Array.from({ length: COUNT * CLASSES }, (_, i) =>
      Math.floor(i / CLASSES) % CLASSES === i % CLASSES ? 1 : 0,
    ),
    usable: Uint8Array.from({ length: COUNT }, (_, i) => (i === 3 ? 0 : 1)),
  },
};
const layout = new Layout(8, 4);
const batches = () => new Batches(config, dataset, dataset.rows, heads, layout, CLASSES);

function emptySlot() {
  const vectors = () => ({
    image: new Float32Array(8 * SIZE * SIZE),
    mask: new Float32Array(8 * 20),
    'targets/original': new Float32Array(CLASSES * 8),
  });
  return [vectors(), vectors()];
}

/** Which faces lie in a batch, read back from its pixels. */
const facesIn = (slot: ReturnType<typeof emptySlot>) =>
  slot.flatMap(({ image }) =>
    Array.from({ length: 8 }, (_, n) => Math.round(((image[layout.offset(n, 17, SIZE)] + 1) * 127.5) / 6)),
  );

describe('mini-batches', () => {
  it('of an epoch hold every face at most once, in another order each time', () => {
    const filler = batches();
    expect(filler.stepsPerEpoch).toBe(2);
    const epochs = [0, 1].map((epoch) =>
      [0, 1].flatMap((step) => {
        const slot = emptySlot();
        filler.fill(epoch, step, slot);
        return facesIn(slot);
      }),
    );
    for (const faces of epochs) {
      expect(new Set(faces).size).toBe(32);
      expect(Math.max(...faces)).toBeLessThan(COUNT);
    }
    expect(epochs[0]).not.toEqual(epochs[1]);
  });

  it('are the same from whichever step one begins', () => {
    const [whole, late] = [emptySlot(), emptySlot()];
    const filler = batches();
    for (let step = 0; step < 5; step++) filler.fill(Math.floor(step / 2), step % 2, whole);
    batches().fill(2, 0, late);
    expect(late).toEqual(whole);
  });

  it('carry smoothed targets beside their faces, and none for faces without a label', () => {
    const slot = emptySlot();
    let unusable = 0;
    for (const step of [0, 1]) {
      batches().fill(0, step, slot);
      facesIn(slot).forEach((face, place) => {
        const targets = slot[Math.floor(place / 8)]['targets/original'];
        const column = Array.from({ length: CLASSES }, (_, k) => targets[k * 8 + (place % 8)]);
        if (face === 3) {
          unusable += 1;
          expect(column).toEqual(new Array(CLASSES).fill(0));
          return;
        }
        column.forEach((target, k) => {
          expect(target).toBeCloseTo(k === face % CLASSES ? 0.88 : 0.02, 6);
        });
      });
    }
    expect(unusable).toBeLessThanOrEqual(1);
  });

  it('drop the configured share of features and scale up the rest', () => {
    const slot = emptySlot();
    batches().fill(random.integer(9), 0, slot);
    const values = slot.flatMap(({ mask }) => [...mask]);
    expect(new Set(values)).toEqual(new Set([0, 2]));
    expect(values.reduce((a, b) => a + b, 0) / values.length).toBeCloseTo(1, 0);
  });

  it('lay a second face over the first, in picture and targets alike', () => {
    const mixed = {
      ...config,
      augment: { ...config.augment, mixup: 1 },
      train: { ...config.train, labelSmoothing: 0 },
    };
    // Each face has a class of its own, so that the targets tell what a picture was made of.
    const own = Float32Array.from({ length: COUNT * COUNT }, (_, i) => Number(i % COUNT === Math.floor(i / COUNT)));
    const all = { original: { probabilities: own, usable: new Uint8Array(COUNT).fill(1) } };
    const filler = new Batches(mixed, dataset, dataset.rows, all, layout, COUNT);
    const slot = emptySlot().map((inputs) => ({ ...inputs, 'targets/original': new Float32Array(COUNT * 8) }));
    filler.fill(0, 0, slot);
    let mixtures = 0;
    for (const { image, 'targets/original': targets } of slot) {
      for (let n = 0; n < 8; n++) {
        const shares = Array.from({ length: COUNT }, (_, k) => targets[k * 8 + n]);
        expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1, 5);
        expect(Math.max(...shares)).toBeGreaterThanOrEqual(0.5);
        const grey = shares.reduce((sum, share, face) => sum + share * 6 * face, 0);
        expect((image[layout.offset(n, 17, SIZE)] + 1) * 127.5).toBeCloseTo(grey, 3);
        mixtures += Number(shares.filter((share) => share > 0).length === 2);
      }
    }
    expect(mixtures).toBeGreaterThan(12);
  });

  it('smooth the targets of a mixture by the share of its faces that have a label', () => {
    const mixed = { ...config, augment: { ...config.augment, mixup: 1 } };
    // Each face has a class of its own, so that targets tell the shares; then every third face has no label.
    const own = Float32Array.from({ length: COUNT * COUNT }, (_, i) => Number(i % COUNT === Math.floor(i / COUNT)));
    const usable = Uint8Array.from({ length: COUNT }, (_, face) => Number(face % 3 > 0));
    const targetsOf = (labelled: Uint8Array, labelSmoothing: number) => {
      const heads = { original: { probabilities: own, usable: labelled } };
      const changed = { ...mixed, train: { ...mixed.train, labelSmoothing } };
      const slot = emptySlot().map((inputs) => ({ ...inputs, 'targets/original': new Float32Array(COUNT * 8) }));
      new Batches(changed, dataset, dataset.rows, heads, layout, COUNT).fill(0, 0, slot);
      return slot.flatMap(({ 'targets/original': targets }) =>
        Array.from({ length: 8 }, (_, n) => Array.from({ length: COUNT }, (_, k) => targets[k * 8 + n])),
      );
    };
    const shares = targetsOf(new Uint8Array(COUNT).fill(1), 0);
    const found = targetsOf(usable, 0.2);
    let halves = 0;
    for (const [picture, share] of shares.entries()) {
      const labelled = share.reduce((sum, part, face) => sum + part * usable[face], 0);
      for (const [k, part] of share.entries())
        expect(found[picture][k]).toBeCloseTo(0.8 * part * usable[k] + (0.2 / COUNT) * labelled, 6);
      halves += Number(labelled > 0.01 && labelled < 0.99);
    }
    expect(halves).toBeGreaterThan(2);
  });

  it('need as many faces as a batch has', () => {
    expect(() => new Batches(config, dataset, dataset.rows.subarray(0, 15), heads, layout, CLASSES)).toThrow(
      /15 faces/,
    );
  });
});
