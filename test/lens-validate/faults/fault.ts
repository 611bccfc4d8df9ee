import type { Code } from '../../../tools/lens-validate/codes.ts';
import { SCENE, type SeededProject } from './seeded-project.ts';

/** Something wrong that is put into a valid project, and what must be found. */
export interface Fault {
  readonly what: string;
  readonly seed: (project: SeededProject) => void;
  readonly code: Code;
  readonly file: string;
  /** A text in the line where it must be found, or that line; by default the first line of the file. */
  readonly at?: string | ((project: SeededProject) => number);
  /** What else follows from it. */
  readonly also?: readonly Code[];
}

/** An id of nothing. */
export const NOWHERE = '12345678-1234-1234-1234-123456789abc';

export const edit = (path: string, from: string | RegExp, to: string) => (project: SeededProject) =>
  project.edit(path, from, to);
export const write = (path: string, content: string | Uint8Array) => (project: SeededProject) =>
  project.write(path, content);
export const remove = (path: string) => (project: SeededProject) => project.remove(path);

/** The line where an object of the scene begins. */
export const objectLine = (name: string) => (project: SeededProject) =>
  project.line(SCENE, `<SceneObject/${project.idOf('SceneObject', name)}`);

/** The head of a PNG file, which is all that tells its size. */
export function png(width: number, height: number): Uint8Array {
  const head = new Uint8Array(64);
  head.set([0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82]);
  new DataView(head.buffer).setUint32(16, width);
  new DataView(head.buffer).setUint32(20, height);
  return head;
}
