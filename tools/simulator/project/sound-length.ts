const HEAD_BYTES = 12;
const CHUNK_HEAD_BYTES = 8;
/** Of the format chunk, as far as all formats have it. */
const FORMAT_BYTES = 16;

/** Seconds that a WAV file plays: the size of its data by the bytes of a second; null for other files and cut ones. */
export function soundLength(content: Uint8Array): number | null {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const word = (at: number) => String.fromCharCode(...content.subarray(at, at + 4));
  if (content.length < HEAD_BYTES || word(0) !== 'RIFF' || word(8) !== 'WAVE') return null;
  let bytesPerSecond = 0;
  for (let at = HEAD_BYTES; at + CHUNK_HEAD_BYTES <= content.length; ) {
    const name = word(at);
    const size = view.getUint32(at + 4, true);
    const start = at + CHUNK_HEAD_BYTES;
    const there = Math.min(size, content.length - start);
    if (name === 'fmt ' && there >= FORMAT_BYTES) bytesPerSecond = view.getUint32(start + 8, true);
    if (name === 'data') return bytesPerSecond > 0 ? there / bytesPerSecond : null;
    // Chunks begin at even places.
    at = start + size + (size % 2);
  }
  return null;
}
