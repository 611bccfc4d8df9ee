import { UserError } from '../../../ml/core/errors.ts';
import { type Entity, lineOf, readEntities } from '../files/entity.ts';
import { refuseLongText, type StoredFile } from '../files/stored-file.ts';
import { fields } from '../yaml/value.ts';
import { write } from '../yaml/write.ts';
import { inputValue } from './metadata.ts';
import type { Literal, ScriptInput } from './script.ts';

/** A file of entities: a scene or a prefab. */
export interface EntityFile {
  readonly path: string;
  /** With its byte order mark, if it has one. */
  readonly text: string;
}

/** @throws UserError if it cannot be read, or is larger than any scene. */
export async function readEntityFile(file: StoredFile): Promise<EntityFile> {
  refuseLongText(file);
  // A byte order mark belongs to the bytes that stay.
  return { path: file.path, text: new TextDecoder('utf-8', { ignoreBOM: true }).decode(await file.read()) };
}

/**
 * The text of a scene or prefab with the value of one input replaced, in its own line ends. Of the file nothing else changes, but
 * that Lens Studio is told that the input no longer has the value of its script (a field of `ScriptInputsDefault`).
 * @param component id of the script component.
 * @throws UserError if the component has no such input yet.
 */
export function replaceInput(
  { path, text }: EntityFile,
  component: string,
  { name, type }: Pick<ScriptInput, 'name' | 'type'>,
  literal: Literal,
): string {
  const eol = text.includes('\r\n') ? '\r\n' : '\n';
  const lines = text.split(eol);
  const entity = readEntities(lines.join('\n').replace(/^\uFEFF/, ''), path).find(({ id }) => id === component)!;
  const place = lineBelow(entity, name, 'ScriptInputs');
  if (place === null)
    throw new UserError(
      `${path}:${entity.line}: the component has no ${name} yet; save the project in Lens Studio once`,
    );
  const indent = indentOf(lines[place]);
  const written = write(fields({ [name]: inputValue({ type }, literal) }));
  const value = written.replace(/\n$/, '').split('\n');
  lines.splice(
    place,
    blockEnd(lines, place) - place,
    ...value.map((line) => (line === '' ? '' : ' '.repeat(indent) + line)),
  );
  const mark = lineBelow(entity, name, 'ScriptInputsDefault');
  // Both stand in the order of the file, so that the mark's line is still where it was.
  if (mark !== null && mark < place) dropMark(lines, mark);
  return lines.join(eol);
}

/** The line, from 0, of the field below another one of an entity; null if it is not there. */
function lineBelow(entity: Entity, name: string, parent: string): number | null {
  const { source } = entity;
  const from = lineOf(entity, parent) - 1;
  const end = blockEnd(source, from);
  for (let at = from + 1; at < end; at++) {
    const deep = indentOf(source[at]) === indentOf(source[from]) + (parent === 'ScriptInputs' ? 4 : 2);
    if (deep && source[at].trimStart().startsWith(`${name}:`)) return at;
  }
  return null;
}

/** Where a field ends that begins at a line: before the next line that is not below it. */
function blockEnd(lines: readonly string[], from: number): number {
  let end = from + 1;
  while (end < lines.length && (lines[end].trim() === '' || indentOf(lines[end]) > indentOf(lines[from]))) end++;
  // The end of the file is not part of it.
  return end === lines.length && lines[end - 1] === '' ? end - 1 : end;
}

/** Lens Studio lists inputs that keep the value of their script; those that do not are left out. */
function dropMark(lines: string[], mark: number): void {
  const indent = indentOf(lines[mark]);
  const alone = indentOf(lines[mark - 1]) < indent && indentOf(lines[mark + 1]) < indent;
  if (alone) lines[mark] = `${' '.repeat(indent)}{}`;
  else lines.splice(mark, 1);
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
