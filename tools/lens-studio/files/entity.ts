import { UserError } from '../../../ml/core/errors.ts';
import { parse } from '../yaml/parse.ts';
import { type Fields, NULL_ID, Tagged, untagged, type Value } from '../yaml/value.ts';

/** A link from an entity to another: one that it owns in the same file, or one anywhere in the project. */
export interface Link {
  readonly kind: 'own' | 'reference';
  /** What is expected there, where the tag says it: `Texture` of `!<reference.Texture>`, or `AssignableType`; else null. */
  readonly type: string | null;
  readonly id: string;
  /** The nearest named field around it. */
  readonly field: string;
  readonly line: number;
}

/** An item of a file of Lens Studio: `- !<type/id>` and its fields. */
export interface Entity {
  readonly type: string;
  readonly id: string;
  readonly file: string;
  readonly line: number;
  readonly fields: Fields;
  /** All its links except those to nothing, with those inside inline structures. */
  readonly links: readonly Link[];
  /** Lines of the file, for {@link lineOf}. */
  readonly source: readonly string[];
}

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether a value has the form of an id. */
export function isId(text: unknown): text is string {
  return typeof text === 'string' && ID.test(text);
}

/**
 * The entities of a file.
 * @throws UserError with the line if the file is not a list of entities; see {@link parse} for the rest.
 */
export function readEntities(text: string, path: string): Entity[] {
  const source = text.split('\n');
  const conflict = source.findIndex((line) => line.startsWith('<<<<<<< '));
  if (conflict >= 0)
    throw new UserError(
      `${path}:${conflict + 1}: found an unresolved Git merge conflict; choose one side and remove the conflict markers`,
    );
  const items = parse(text, path);
  if (!Array.isArray(items))
    throw new UserError(
      `${path}:1: found no list; expected a list of entities (\`- !<Type/id>\`); restore it from a backup`,
    );
  return items.map((item) => {
    const [type, id] = item instanceof Tagged ? item.tag.split('/') : [];
    if (!(item instanceof Tagged) || !(item.value instanceof Map) || !isId(id)) {
      const line = item instanceof Tagged ? item.line : 1;
      throw new UserError(
        `${path}:${line}: found an item that is not an entity (\`- !<Type/id>\` with fields below it)`,
      );
    }
    const links = [...linksIn(item.value, '', null)];
    return { type, id, file: path, line: item.line, fields: item.value, links, source };
  });
}

/**
 * The line of a field of an entity.
 * @param path names of fields, each the first one below the one before; of what is not there, the last that is counts.
 */
export function lineOf(entity: Entity, ...path: string[]): number {
  let found = entity.line;
  for (const field of path) {
    const line = linesByField(entity)
      .get(field)
      ?.find((at) => at > found);
    found = line ?? found;
  }
  return found;
}

const known = new WeakMap<Entity, ReadonlyMap<string, readonly number[]>>();

/** The lines of an entity's fields by name, those of nested fields too; looked for once. */
function linesByField(entity: Entity): ReadonlyMap<string, readonly number[]> {
  const before = known.get(entity);
  if (before) return before;
  const lines = new Map<string, number[]>();
  for (let at = entity.line; at < entity.source.length && !entity.source[at].startsWith('- '); at++) {
    const [, name] = /^\s*(?:- )?([^:]*):/.exec(entity.source[at]) ?? [];
    if (name === undefined) continue;
    const found = lines.get(name);
    if (found) found.push(at + 1);
    else lines.set(name, [at + 1]);
  }
  known.set(entity, lines);
  return lines;
}

/** @param listType what the tag of the list around says of its items. */
function* linksIn(value: Value, field: string, listType: string | null): Generator<Link> {
  if (value instanceof Tagged) {
    const type = typeOf(value.tag);
    if (!isId(value.value)) yield* linksIn(value.value, field, type);
    else if (value.value !== NULL_ID)
      yield {
        kind: value.tag === 'own' ? 'own' : 'reference',
        type: type ?? listType,
        id: value.value,
        field,
        line: value.line,
      };
  } else if (Array.isArray(value)) for (const item of value) yield* linksIn(item, field, listType);
  else if (value instanceof Map) for (const [key, item] of value) yield* linksIn(item, key || field, null);
}

/** `reference.Texture[]` is of type Texture, `MappingBased.AssignableType_2` of AssignableType. */
function typeOf(tag: string): string | null {
  const [, type] = tag.match(/^(?:reference|MappingBased)\.(\w+?)(?:_\d+)?(?:\[\])*$/) ?? [];
  return type ?? null;
}

/** A value without tags and classes, for a schema to check: mappings become objects, decimals numbers. */
export function plain(value: Value): unknown {
  if (value instanceof Tagged) return plain(value.value);
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [key, plain(item)]));
  if (Array.isArray(value)) return value.map(plain);
  return value !== null && typeof value === 'object' ? value.value : value;
}

/** The values that a script component holds for its inputs, by name; undefined for one without. */
export function heldInputs({ fields }: Pick<Entity, 'fields'>): Fields | undefined {
  const inputs = untagged(fields.get('ScriptInputs'));
  const values = inputs instanceof Map ? untagged(inputs.get('')) : null;
  return values instanceof Map ? values : undefined;
}
