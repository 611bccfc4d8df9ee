import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LANDMARK_VALUES } from '../../ml/core/landmarks68.ts';
import { concat, fingerprintOf, select } from '../../ml/data/columns.ts';
import { FACE_PIXELS, type FaceDataset, facesOf } from '../../ml/data/dataset.ts';
import { batchOf } from '../../ml/runtime/isolated-predictor.ts';

const SIZE = 3;

/** One face with everything that can belong to it; what it lacks is null. */
interface Face {
  /** A character for each pixel, which is quick to compare. */
  readonly pixels: string;
  readonly label: number;
  readonly split: number;
  readonly row: number;
  readonly votes: number[] | null;
  readonly landmarks: number[] | null;
  readonly subject: number | null;
  readonly fold: number | null;
  readonly upscaled: number[] | null;
}
type Optional = 'votes' | 'landmarks' | 'subject' | 'fold' | 'upscaled';
const OPTIONAL = ['votes', 'landmarks', 'subject', 'fold', 'upscaled'] as const;

/** A long list of values that a few numbers decide. */
const pattern = (length: number, seed: number, below: number) =>
  Array.from({ length }, (_, i) => (seed * 31 + i * (seed + 7)) % below);

const face = fc
  .record({ seed: fc.nat(999), label: fc.nat(6), split: fc.nat(2), row: fc.nat(2 ** 32 - 1), fold: fc.nat(9) })
  .map(
    ({ seed, label, split, row, fold }): Face => ({
      label,
      split,
      row,
      fold,
      pixels: Buffer.from(pattern(FACE_PIXELS, seed, 256)).toString('latin1'),
      votes: pattern(10, seed, 11),
      landmarks: pattern(LANDMARK_VALUES, seed, 64),
      subject: 1 + seed,
      upscaled: pattern(SIZE ** 2, seed, 251),
    }),
  );
const has = fc.record({
  votes: fc.boolean(),
  landmarks: fc.boolean(),
  subject: fc.boolean(),
  fold: fc.boolean(),
  upscaled: fc.boolean(),
});
const faces = fc.array(face, { minLength: 1, maxLength: 6 });
const reduced = (list: readonly Face[], kept: Record<Optional, boolean>): Face[] =>
  list.map((one) => ({
    ...one,
    ...Object.fromEntries(OPTIONAL.flatMap((name) => (kept[name] ? [] : [[name, null]]))),
  }));

function datasetOf(list: readonly Face[], source = 'test'): FaceDataset {
  const [{ votes, landmarks, subject, fold, upscaled }] = list;
  return {
    source,
    count: list.length,
    pixels: new Uint8Array(Buffer.from(list.map(({ pixels }) => pixels).join(''), 'latin1')),
    labels: Uint8Array.from(list, ({ label }) => label),
    splits: Uint8Array.from(list, ({ split }) => split),
    rows: Uint32Array.from(list, ({ row }) => row),
    ...(votes && { votes: Uint8Array.from(list.flatMap((one) => one.votes ?? [])) }),
    ...(landmarks && { landmarks: Float32Array.from(list.flatMap((one) => one.landmarks ?? [])) }),
    ...(subject !== null && { subjects: Uint16Array.from(list, (one) => one.subject ?? 0) }),
    ...(fold !== null && { folds: Uint8Array.from(list, (one) => one.fold ?? 0) }),
    ...(upscaled && {
      upscaled: {
        size: SIZE,
        upscaledBy: 'x',
        read: (at: number, out: Uint8Array) => out.set(list[at].upscaled ?? []),
      },
    }),
  };
}

const text = (pixels: Uint8Array) => Buffer.from(pixels).toString('latin1');

/** The faces of a data set, each on its own. */
function facesIn(dataset: FaceDataset): Face[] {
  const part = (values: Uint8Array | Float32Array | undefined, at: number, width: number) =>
    values ? [...values.slice(at * width, (at + 1) * width)] : null;
  return Array.from({ length: dataset.count }, (_, at) => {
    const upscaled = new Uint8Array(SIZE ** 2);
    dataset.upscaled?.read(at, upscaled);
    return {
      pixels: text(dataset.pixels.subarray(at * FACE_PIXELS, (at + 1) * FACE_PIXELS)),
      label: dataset.labels[at],
      split: dataset.splits[at],
      row: dataset.rows[at],
      votes: part(dataset.votes, at, 10),
      landmarks: part(dataset.landmarks, at, LANDMARK_VALUES),
      subject: dataset.subjects?.[at] ?? null,
      fold: dataset.folds?.[at] ?? null,
      upscaled: dataset.upscaled ? [...upscaled] : null,
    };
  });
}

/** Positions in a list of faces, repeated ones too. */
const positions = (list: readonly Face[]) => fc.array(fc.nat(list.length - 1), { minLength: 1, maxLength: 8 });
const selection = fc
  .tuple(faces, has)
  .map(([list, kept]) => reduced(list, kept))
  .chain((list) => fc.tuple(fc.constant(list), positions(list)));
/** Two lists that have the same fields, with positions in each. */
const selections = fc
  .tuple(faces, faces, has)
  .map(([a, b, kept]) => [reduced(a, kept), reduced(b, kept)] as const)
  .chain(([a, b]) => fc.tuple(fc.constant(a), positions(a), fc.constant(b), positions(b)));

describe('select', () => {
  it('takes each face with all that belongs to it, and leaves the data set as it was', () => {
    fc.assert(
      fc.property(selection, ([list, chosen]) => {
        const dataset = datasetOf(list);
        const selected = select(dataset, Uint32Array.from(chosen));
        expect(facesIn(selected)).toEqual(chosen.map((at) => list[at]));
        expect(selected.source).toBe('test');
        selected.pixels.fill(9);
        selected.labels.fill(9);
        selected.landmarks?.fill(9);
        expect(facesIn(dataset)).toEqual(list);
      }),
      { numRuns: 50 },
    );
  });

  it('of a selection is the selection of the positions selected', () => {
    fc.assert(
      fc.property(selection, fc.array(fc.nat(), { minLength: 1, maxLength: 8 }), ([list, chosen], picks) => {
        const dataset = datasetOf(list);
        const again = picks.map((pick) => pick % chosen.length);
        const twice = select(select(dataset, Uint32Array.from(chosen)), Uint32Array.from(again));
        const once = select(
          dataset,
          Uint32Array.from(again, (pick) => chosen[pick]),
        );
        expect(facesIn(twice)).toEqual(facesIn(once));
        expect(fingerprintOf(twice)).toBe(fingerprintOf(once));
      }),
      { numRuns: 50 },
    );
  });
});

describe('concat', () => {
  /** What a face that lacks a field has beside faces that have it. */
  const filled = (one: Face, other: Face): Face => ({
    ...one,
    votes: one.votes ?? (other.votes && Array.from({ length: 10 }, (_, i) => (i === voted(one.label) ? 10 : 0))),
    landmarks: one.landmarks ?? other.landmarks?.map(() => 0) ?? null,
    subject: one.subject ?? (other.subject === null ? null : 0),
    fold: one.fold ?? (other.fold === null ? null : 0),
  });
  /** Column of the FER+ votes of Angry, Disgust, Fear, Happy, Sad, Surprise, Neutral. */
  const voted = (label: number) => [4, 5, 6, 1, 3, 2, 0][label];

  it('has the faces of both in order, each column filled up where one lacks it, and changes neither', () => {
    fc.assert(
      fc.property(faces, faces, has, has, fc.boolean(), (one, other, hasOne, hasOther, upscaled) => {
        const [a, b] = [reduced(one, { ...hasOne, upscaled }), reduced(other, { ...hasOther, upscaled })];
        const [first, second] = [datasetOf(a, 'a'), datasetOf(b, 'b')];
        const both = concat(first, second);
        expect(facesIn(both)).toEqual([...a.map((of) => filled(of, b[0])), ...b.map((of) => filled(of, a[0]))]);
        expect(both.source).toBe('a and b');
        both.pixels.fill(9);
        expect([facesIn(first), facesIn(second)]).toEqual([a, b]);
      }),
      { numRuns: 50 },
    );
  });

  it('is undone by select, and select of the parts puts the parts of the whole together', () => {
    fc.assert(
      fc.property(selections, ([a, chosenA, b, chosenB]) => {
        const [first, second] = [datasetOf(a), datasetOf(b)];
        const both = concat(first, second);
        expect(facesIn(select(both, Uint32Array.from(a.keys())))).toEqual(a);
        const ofBoth = select(both, Uint32Array.of(...chosenA, ...chosenB.map((at) => a.length + at)));
        const parts = concat(select(first, Uint32Array.from(chosenA)), select(second, Uint32Array.from(chosenB)));
        expect(facesIn(ofBoth)).toEqual(facesIn(parts));
        expect(fingerprintOf(ofBoth)).toBe(fingerprintOf(parts));
      }),
      { numRuns: 50 },
    );
  });

  it('refuses data sets of which one is upscaled, or the two by different networks', () => {
    const of = (upscaledBy?: string): FaceDataset => {
      const dataset = datasetOf([{ ...fc.sample(face, { seed: 1, numRuns: 1 })[0], upscaled: null }]);
      return upscaledBy === undefined ? dataset : { ...dataset, upscaled: { size: 96, upscaledBy, read: () => {} } };
    };
    for (const [a, b] of [
      [of('x'), of()],
      [of(), of('x')],
      [of('x'), of('y')],
    ])
      expect(() => concat(a, b)).toThrow('the same network upscaled both or neither');
  });
});

describe('facesOf', () => {
  it('gives faces that later calls leave as they are, upscaled or not, also to another process', () => {
    fc.assert(
      fc.property(selection, ([list, chosen]) => {
        const shown = facesOf(datasetOf(list), Uint32Array.from(chosen));
        const expected = chosen.map((at) =>
          list[at].upscaled ? text(Uint8Array.from(list[at].upscaled)) : list[at].pixels,
        );
        const kept = chosen.map((_, place) => shown.at(place));
        expect(kept.map(text)).toEqual(expected);
        expect(batchOf(shown, 0, shown.count).images.map(text)).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });
});
