/** What a video file says of its picture. */
export interface VideoFacts {
  /** As it is shown: turned, if the file says so. */
  readonly width: number;
  readonly height: number;
  /** 0 where the file does not tell, as one in fragments. */
  readonly seconds: number;
  /** Four letters: `avc1` is H.264. */
  readonly codec: string;
}

/** A part of the file: from its first byte to behind its last. */
interface Box {
  readonly type: string;
  readonly from: number;
  readonly to: number;
}

/** More than any file has in one place; what has more costs time, and is none. */
const MAX_BOXES = 10_000;

/**
 * Reads the head of an MP4 or MOV file (ISO/IEC 14496-12).
 * @returns null if it is no such file, damaged, or without a picture.
 */
export function videoFacts(bytes: Uint8Array): VideoFacts | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const file: Box = { type: '', from: 0, to: bytes.byteLength };
    for (const track of find(view, file, 'moov', 'trak')) {
      const [handler] = find(view, track, 'mdia', 'hdlr');
      const [shape] = find(view, track, 'tkhd');
      const [time] = find(view, track, 'mdia', 'mdhd');
      const [samples] = find(view, track, 'mdia', 'minf', 'stbl', 'stsd');
      if (!handler || !shape || !time || !samples || textAt(view, handler.from + 8) !== 'vide') continue;
      return { ...sidesOf(view, shape), seconds: secondsOf(view, time), codec: textAt(view, samples.from + 12) };
    }
    return null;
  } catch (thrown) {
    // It ends too early.
    if (thrown instanceof RangeError) return null;
    throw thrown;
  }
}

/** The boxes at a path of types below another. */
function find(view: DataView, parent: Box, ...[type, ...rest]: string[]): Box[] {
  const found = boxesIn(view, parent).filter((box) => box.type === type);
  return rest.length === 0 ? found : found.flatMap((box) => find(view, box, ...rest));
}

function boxesIn(view: DataView, { from, to }: Box): Box[] {
  const boxes: Box[] = [];
  for (let at = from; at + 8 <= to && boxes.length < MAX_BOXES; ) {
    const short = view.getUint32(at);
    const head = short === 1 ? 16 : 8;
    // 0: to the end.
    const size = short === 1 ? Number(view.getBigUint64(at + 8)) : short || to - at;
    if (size < head || at + size > to) break;
    boxes.push({ type: textAt(view, at + 4), from: at + head, to: at + size });
    at += size;
  }
  return boxes;
}

/** A phone's video lies on its side in the file, with a matrix that turns it. */
function sidesOf(view: DataView, { from }: Box): { width: number; height: number } {
  const matrix = from + (view.getUint8(from) === 1 ? 52 : 40);
  const [a, b] = [view.getInt32(matrix), view.getInt32(matrix + 4)];
  const [width, height] = [view.getUint32(matrix + 36) / 65_536, view.getUint32(matrix + 40) / 65_536];
  return a === 0 && b !== 0 ? { width: height, height: width } : { width, height };
}

function secondsOf(view: DataView, { from }: Box): number {
  const long = view.getUint8(from) === 1;
  const scale = view.getUint32(from + (long ? 20 : 12));
  const duration = long ? Number(view.getBigUint64(from + 24)) : view.getUint32(from + 16);
  return scale > 0 ? duration / scale : 0;
}

function textAt(view: DataView, at: number): string {
  return String.fromCharCode(...[0, 1, 2, 3].map((offset) => view.getUint8(at + offset)));
}
