import { createHash } from 'node:crypto';
import type { Tagged } from '../lens-studio/yaml/value.ts';

/** Of the ids in this project; any other project would choose its own. */
const NAMESPACE = Buffer.from('5d0b6c1ef2a94c0f8a6b3f1d7e2c9450', 'hex');

/** The id of a thing by its name: a UUID of version 5 (RFC 9562), so that building again gives the same ids. */
export function idOf(name: string): string {
  const hash = createHash('sha1').update(NAMESPACE).update(name).digest();
  hash[6] = (hash[6] & 0x0f) | 0x50;
  hash[8] = (hash[8] & 0x3f) | 0x80;
  return hash.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** The id of the asset that comes of a file. @param path from the project's folder. */
export function assetId(path: string): string {
  return idOf(`asset ${path}`);
}

/** The id in an entity's tag, `Type/id`. */
export function idIn({ tag }: Tagged): string {
  return tag.split('/')[1];
}

/** The order in which Lens Studio writes entities. */
export function sortedById(entities: readonly Tagged[]): Tagged[] {
  return [...entities].sort((a, b) => (idIn(a) < idIn(b) ? -1 : 1));
}
