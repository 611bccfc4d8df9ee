/**
 * What Lens Studio's files hold. They are YAML 1.1 as yaml-cpp writes it, with verbatim tags: a tag names the type of what
 * follows (`!<Vec3>`), an entity's type and id (`!<SceneObject/uuid>`), or a link (`!<own> uuid`, `!<reference> uuid`).
 */
export type Value = string | number | boolean | null | Decimal | Tagged | Value[] | Fields;

/** The fields of a mapping, in the order of the file. */
export type Fields = Map<string, Value>;

/** A mapping that stands on one line: a vector or a colour. */
export class Vector extends Map<string, Value> {}

/** A list that stands on one line, as graphs write numbers. */
export class Row extends Array<Value> {}

/** A vector of floats: its components are named x, y, z, w. */
export function vector(...components: number[]): Vector {
  return new Vector(components.map((component, at) => ['xyzw'[at], float(component)]));
}

/** A number that is written with a decimal point; its text is kept, since `13.60` is a version and `1.000000` a float. */
export class Decimal {
  constructor(readonly text: string) {}

  get value(): number {
    return Number(this.text);
  }
}

/** A float as Lens Studio writes it, with six decimals. */
export function float(value: number): Decimal {
  return new Decimal(value.toFixed(6));
}

/** A value with a tag. */
export class Tagged {
  /**
   * @param tag without `!<` and `>`.
   * @param line where it stands in its file, from 1; 0 for one that was not read from a file.
   */
  constructor(
    readonly tag: string,
    readonly value: Value,
    readonly line = 0,
  ) {}
}

/** A value without its tag; null where there is none. */
export function untagged(value: Value | undefined): Value {
  return value instanceof Tagged ? value.value : (value ?? null);
}

/** Fields from an object, in its order. */
export function fields(object: Record<string, Value>): Fields {
  return new Map(Object.entries(object));
}

/** The id that stands for nothing. */
export const NULL_ID = '00000000-0000-0000-0000-000000000000';

/** A link to an entity further down in the same file that belongs to the one that links. */
export function own(id: string): Tagged {
  return new Tagged('own', id);
}

/**
 * A link to an entity anywhere in the project.
 * @param type `SceneObject`, `Texture`, …: only script inputs name the type of what they link to.
 */
export function reference(id: string, type?: string): Tagged {
  return new Tagged(type === undefined ? 'reference' : `reference.${type}`, id);
}

/** What a text without quotes stands for: nothing, a truth value, a number, or the text itself. */
export function readPlain(text: string): string | number | boolean | null | Decimal {
  if (text === '~' || text === '') return null;
  if (text === 'true' || text === 'false') return text === 'true';
  if (/^-?\d+$/.test(text) && String(Number(text)) === text) return Number(text);
  return /^-?\d+(\.\d+)?(e[-+]?\d+)?$/.test(text) ? new Decimal(text) : text;
}
