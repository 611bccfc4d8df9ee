import { RATE } from './sine.ts';

const HEADER_BYTES = 44;

/**
 * A WAV file: PCM, one channel, 16 bits, little-endian.
 * @param samples −1 to 1.
 */
export function encodeWav(samples: Float64Array): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + 2 * samples.length);
  const view = new DataView(bytes.buffer);
  const tag = (offset: number, text: string) => bytes.set(new TextEncoder().encode(text), offset);
  tag(0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  tag(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, 2 * RATE, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  tag(36, 'data');
  view.setUint32(40, 2 * samples.length, true);
  samples.forEach((value, i) => {
    view.setInt16(HEADER_BYTES + 2 * i, Math.round(32767 * value), true);
  });
  return bytes;
}
