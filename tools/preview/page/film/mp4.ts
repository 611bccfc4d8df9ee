/** A video that is encoded, picture by picture, each shown as long as the others. */
export interface EncodedVideo {
  readonly width: number;
  readonly height: number;
  readonly framesPerSecond: number;
  /** The decoder's configuration of H.264 (`AVCDecoderConfigurationRecord`, ISO/IEC 14496-15), as WebCodecs hands it out. */
  readonly description: Uint8Array;
  readonly pictures: readonly EncodedPicture[];
}

export interface EncodedPicture {
  readonly bytes: Uint8Array;
  /** Whether it can be shown without those before it. */
  readonly isKey: boolean;
}

/** Ticks of the file's clock in the time of a picture. */
const TICKS = 1000;
/** Neither turned nor scaled: rows of a matrix in 16.16 and 2.30 fixed point. */
const UPRIGHT = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000];
/** 72 dots per inch in 16.16 fixed point, which nobody reads. */
const RESOLUTION = 0x480000;

/**
 * An MP4 file (ISO/IEC 14496-12) of one H.264 track, whose head comes first, so that it can be played while it is loaded.
 * Pictures are shown in the order in which they are decoded.
 */
export function mp4Of(video: EncodedVideo): Uint8Array {
  const brands = box('ftyp', text('isom'), u32(0x200), text('isomavc1mp41'));
  // The place of the pictures depends on the length of the head, which does not depend on the place.
  const place = brands.length + headOf(video, 0).length + 8;
  return joined([brands, headOf(video, place), box('mdat', ...video.pictures.map(({ bytes }) => bytes))]);
}

/** @param place of the first picture's first byte in the file. */
function headOf({ width, height, framesPerSecond, description, pictures }: EncodedVideo, place: number): Uint8Array {
  const scale = TICKS * framesPerSecond;
  const duration = TICKS * pictures.length;
  const keys = pictures.flatMap(({ isKey }, at) => (isKey ? [at + 1] : []));
  const sample = box(
    'avc1',
    u32(0),
    u16(0, 1, 0, 0),
    u32(0, 0, 0),
    u16(width, height),
    u32(RESOLUTION, RESOLUTION, 0),
    u16(1),
    new Uint8Array(32),
    u16(24, 0xffff),
    box('avcC', description),
  );
  const samples = box(
    'stbl',
    box('stsd', u32(0, 1), sample),
    box('stts', u32(0, 1, pictures.length, TICKS)),
    box('stss', u32(0, keys.length, ...keys)),
    box('stsc', u32(0, 1, 1, pictures.length, 1)),
    box('stsz', u32(0, 0, pictures.length, ...pictures.map(({ bytes }) => bytes.length))),
    box('stco', u32(0, 1, place)),
  );
  const media = box(
    'mdia',
    box('mdhd', u32(0, 0, 0, scale, duration), u16(LANGUAGE, 0)),
    box('hdlr', u32(0, 0), text('vide'), u32(0, 0, 0), text('\0')),
    box('minf', box('vmhd', u32(1, 0, 0)), box('dinf', box('dref', u32(0, 1), box('url ', u32(1)))), samples),
  );
  // Flags 7: used, in the film, in the preview.
  const track = box(
    'trak',
    box('tkhd', u32(7, 0, 0, 1, 0, duration, 0, 0, 0, 0, ...UPRIGHT, width * 0x10000, height * 0x10000)),
    media,
  );
  const whole = u32(0, 0, 0, scale, duration, 0x10000, 0x1000000, 0, 0, ...UPRIGHT, 0, 0, 0, 0, 0, 0, 2);
  return box('moov', box('mvhd', whole), track);
}

/** `und`: no language, in three letters of five bits. */
const LANGUAGE = 0x55c4;

function box(type: string, ...content: readonly Uint8Array[]): Uint8Array {
  const size = content.reduce((sum, { length }) => sum + length, 8);
  return joined([u32(size), text(type), ...content]);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Numbers of 32 bits, the highest byte first. */
function u32(...values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * values.length));
  values.forEach((value, at) => {
    view.setUint32(4 * at, value);
  });
  return new Uint8Array(view.buffer);
}

function u16(...values: readonly number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(2 * values.length));
  values.forEach((value, at) => {
    view.setUint16(2 * at, value);
  });
  return new Uint8Array(view.buffer);
}

/** Letters of one byte. */
function text(letters: string): Uint8Array {
  return Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
}
