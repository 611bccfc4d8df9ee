import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { videoFacts } from '../../tools/lens-studio/files/video.ts';

const u32 = (...values: number[]) => values.flatMap((value) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 255));
const letters = (text: string) => [...text].map((letter) => letter.charCodeAt(0));
const box = (type: string, ...content: number[][]) => {
  const bytes = content.flat();
  return [...u32(bytes.length + 8), ...letters(type), ...bytes];
};
const zeros = (count: number) => new Array<number>(count).fill(0);

interface TrackOptions {
  readonly handler?: string;
  readonly sides?: readonly [number, number];
  /** a, b of the matrix that turns it. */
  readonly turn?: readonly [number, number];
  /** Of the boxes with times: 1 has them in 64 bits. */
  readonly version?: 0 | 1;
}

/** A track as the standard lays it out, of 90 ticks at 30 a second. */
function track({ handler = 'vide', sides = [720, 1280], turn = [1, 0], version = 0 }: TrackOptions = {}): number[] {
  const times = version === 1 ? zeros(16) : zeros(8);
  const length = (ticks: number) => (version === 1 ? u32(0, ticks) : u32(ticks));
  const [a, b] = turn.map((value) => value * 0x10000);
  const matrix = u32(a, b, 0, -b, a, 0, 0, 0, 0x40000000);
  return box(
    'trak',
    box(
      'tkhd',
      [version, 0, 0, 7],
      times,
      u32(1, 0),
      length(90),
      zeros(16),
      matrix,
      u32(sides[0] * 0x10000, sides[1] * 0x10000),
    ),
    box(
      'mdia',
      box('mdhd', [version, 0, 0, 0], times, u32(30), length(90), zeros(4)),
      box('hdlr', u32(0, 0), letters(handler), zeros(13)),
      box('minf', box('stbl', box('stsd', u32(0, 1), box('avc1', zeros(78))))),
    ),
  );
}

const file = (...tracks: number[][]) =>
  Uint8Array.from([...box('ftyp', letters('mp42')), ...box('moov', box('mvhd', zeros(100)), ...tracks)]);
const facts = { width: 720, height: 1280, seconds: 3, codec: 'avc1' };

describe('the facts of a video', () => {
  it.each([0, 1] as const)('are those of its picture, with times of version %i', (version) => {
    expect(videoFacts(file(track({ version })))).toEqual(facts);
  });

  it('are those of the picture, not of the sound', () => {
    expect(videoFacts(file(track({ handler: 'soun', sides: [0, 0] }), track()))).toEqual(facts);
    expect(videoFacts(file(track({ handler: 'soun' })))).toBeNull();
  });

  it('are as it is shown, if a phone lay it on its side', () => {
    for (const turn of [
      [0, 1],
      [0, -1],
    ] as const)
      expect(videoFacts(file(track({ sides: [1280, 720], turn })))).toEqual(facts);
    expect(videoFacts(file(track({ turn: [-1, 0] })))).toEqual(facts);
  });

  it('are found behind the pictures, however long their box says it is', () => {
    const moov = file(track()).subarray(12);
    const long = [...u32(1), ...letters('mdat'), ...u32(0, 16 + 5), ...zeros(5)];
    expect(videoFacts(Uint8Array.from([...box('ftyp', letters('mp42')), ...long, ...moov]))).toEqual(facts);
    const untold = Uint8Array.from([...moov, ...u32(0), ...letters('mdat'), ...zeros(9)]);
    expect(videoFacts(untold)).toEqual(facts);
  });

  it('are none for other files, and for this one cut off anywhere', () => {
    const whole = file(track());
    for (let length = 0; length < whole.length; length++) expect(videoFacts(whole.subarray(0, length))).toBeNull();
    for (const text of ['', 'GIF89a', '\x1aE\xdf\xa3 a WebM file'])
      expect(videoFacts(Uint8Array.from(letters(text)))).toBeNull();
  });

  it('never fail on damaged files', () => {
    const whole = file(track({ version: 1 }));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 20 }), (changes) => {
        const damaged = whole.slice();
        for (const [at, value] of changes) damaged[at] = value;
        const found = videoFacts(damaged);
        expect(found === null || typeof found.codec === 'string').toBe(true);
      }),
    );
  });
});
