import { nearestName, UserError } from '../core/errors.ts';
import { FIELDS, SECTIONS } from './fields.ts';
import { presentField, presentValue } from './former-names.ts';

/** A field that was set by a file, a flag or a preset. */
export interface Setting {
  /** Dotted path of a known field. */
  readonly path: string;
  readonly value: unknown;
  /** Where it was set, as error messages begin: `run.yaml:3:5`, `--epochs many`. */
  readonly origin: string;
}

/** Returns where the value (or, with `key`, the key) at a path was written. */
type Locate = (path: readonly string[], key?: boolean) => string;

/**
 * Takes a tree of sections and fields apart.
 * @throws UserError at an unknown key, and where a section has a value that is not a tree.
 */
export function settingsOf(tree: unknown, locate: Locate, at: readonly string[] = []): Setting[] {
  if (tree === null || tree === undefined) return [];
  if (typeof tree !== 'object' || Array.isArray(tree)) {
    const where = at.length > 0 ? at.join('.') : 'the configuration';
    throw new UserError(
      `${locate(at)}: ${where} is ${JSON.stringify(tree)}; expected fields, for example ${fieldsUnder(at)[0]}`,
    );
  }
  return Object.entries(tree).flatMap(([key, value]) => {
    const steps = [...at, key];
    const path = presentField(steps.join('.'));
    if (SECTIONS.has(path)) return settingsOf(value, locate, steps);
    checkKnown(path, locate(steps, true));
    return [{ path, value: presentValue(path, value), origin: locate(steps) }];
  });
}

/**
 * @param origin where the path was written.
 * @throws UserError that suggests the nearest field, unless the path is one.
 */
export function checkKnown(path: string, origin: string): void {
  if (FIELDS.has(path)) return;
  throw new UserError(`${origin}: unknown field ${JSON.stringify(path)}; ${suggestion(path)}`);
}

function suggestion(path: string): string {
  if (SECTIONS.has(path)) return `it is a section with the fields ${fieldsUnder([path]).join(', ')}`;
  const known = [...FIELDS.keys()];
  const lastName = (full: string) => full.slice(full.lastIndexOf('.') + 1);
  // A right name in the wrong section is a likelier slip than many wrong letters.
  const meant = known.find((field) => lastName(field) === lastName(path)) ?? nearestName(path, known);
  return meant ? `did you mean ${meant}?` : `the known fields are ${known.join(', ')}`;
}

function fieldsUnder(section: readonly string[]): string[] {
  const prefix = section.map((step) => `${step}.`).join('');
  return [...FIELDS.keys()].filter((path) => path.startsWith(prefix));
}
