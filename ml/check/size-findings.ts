import { error } from './mapping.ts';
import type { Finding } from './report.ts';

/** All ML assets of a lens together, by Snap's rules. */
export const ML_ASSETS_BYTES = 10_000_000;

/** @param bytes of the model with its weights. */
export function sizeFindings(bytes: number): Finding[] {
  if (bytes <= ML_ASSETS_BYTES) return [];
  const found = `it has ${bytes.toLocaleString('en')} bytes; all ML assets of a lens together have 10 MB at most`;
  return [error(found, 'Choose a smaller network, a smaller width, or 8-bit TFLite')];
}
