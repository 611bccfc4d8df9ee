import { describe, expect, it } from 'vitest';
import { videoFacts } from '../../../tools/lens-studio/files/video.ts';
import { mp4Of } from '../../../tools/preview/page/film/mp4.ts';

const pictures = Array.from({ length: 45 }, (_, at) => ({
  bytes: Uint8Array.from({ length: 10 + at }, () => at),
  isKey: at % 20 === 0,
}));
const description = Uint8Array.from([1, 0x42, 0xe0, 0x1f, 0xff]);
const film = mp4Of({ width: 720, height: 1280, framesPerSecond: 30, description, pictures });

/** Where the type of the first box of a type stands. */
const placeOf = (type: string) => film.findIndex((_, at) => String.fromCharCode(...film.subarray(at, at + 4)) === type);

/** The numbers of the first box of a type, wherever it is, behind its version. */
function numbersOf(type: string): number[] {
  const at = placeOf(type);
  const view = new DataView(film.buffer, film.byteOffset + at + 4);
  const size = new DataView(film.buffer, film.byteOffset + at - 4).getUint32(0);
  return Array.from({ length: (size - 8) / 4 }, (_, i) => view.getUint32(4 * i)).slice(1);
}

describe('a film as a file', () => {
  it('says what it is', () => {
    expect(videoFacts(film)).toEqual({ width: 720, height: 1280, seconds: 1.5, codec: 'avc1' });
  });

  it('has its pictures where it says, in their order', () => {
    const [, , ...sizes] = numbersOf('stsz');
    expect(sizes).toEqual(pictures.map(({ bytes }) => bytes.length));
    const [, place] = numbersOf('stco');
    let at = place;
    for (const { bytes } of pictures) {
      expect(film.subarray(at, at + bytes.length)).toEqual(bytes);
      at += bytes.length;
    }
    expect(at).toBe(film.length);
  });

  it('tells at which pictures it can begin', () => {
    expect(numbersOf('stss')).toEqual([3, 1, 21, 41]);
  });

  it('holds the configuration of the decoder as it is', () => {
    const at = placeOf('avcC') + 4;
    expect(film.subarray(at, at + description.length)).toEqual(description);
  });

  it('consists of boxes that fill it', () => {
    const types: string[] = [];
    const view = new DataView(film.buffer, film.byteOffset);
    let at = 0;
    for (; at < film.length; at += view.getUint32(at))
      types.push(String.fromCharCode(...film.subarray(at + 4, at + 8)));
    expect([types, at]).toEqual([['ftyp', 'moov', 'mdat'], film.length]);
  });
});
