import { z } from 'zod';
import { ConfigSchema } from './schema.ts';

type Field = z.core.JSONSchema.JSONSchema;

/** The fields of a configuration by dotted path, for example `train.epochs`, as JSON Schema describes them. */
export const FIELDS: ReadonlyMap<string, Field> = new Map(leavesOf(z.toJSONSchema(ConfigSchema, { io: 'input' })));

/** The sections of a configuration: `data`, `model`, … */
export const SECTIONS: ReadonlySet<string> = new Set(
  [...FIELDS.keys()].filter((path) => path.includes('.')).map((path) => path.split('.')[0]),
);

function leavesOf(schema: Field, prefix = ''): [string, Field][] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
    if (typeof property === 'boolean') return [];
    return property.properties
      ? leavesOf(property, `${prefix}${key}.`)
      : [[prefix + key, property] satisfies [string, Field]];
  });
}

/** What a field accepts, in words, for example `a whole number from 2 to 4096`. */
export function expectation(path: string): string {
  const field = FIELDS.get(path);
  return field ? inWords(field) : 'no such field';
}

function inWords(field: Field): string {
  if (field.anyOf) return field.anyOf.map(inWords).join(' or ');
  if (field.const !== undefined) return JSON.stringify(field.const);
  if (field.enum) return field.enum.map((name) => JSON.stringify(name)).join(' or ');
  return typesOf(field)
    .map((type) => {
      switch (type) {
        case 'integer':
          return `a whole number${range(field)}`;
        case 'number':
          return `a number${range(field)}`;
        case 'array':
          return `a list of ${isField(field.items) ? inWords(field.items) : 'values'} without repeats`;
        case 'boolean':
          return 'true or false';
        case 'string':
          return 'text';
        default:
          return type;
      }
    })
    .join(' or ');
}

function isField(value: Field['items']): value is Field {
  return typeof value === 'object' && !Array.isArray(value);
}

function range({ minimum, maximum, exclusiveMinimum }: Field): string {
  const limited = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  if (exclusiveMinimum !== undefined) return ` greater than ${exclusiveMinimum}`;
  if (minimum === undefined) return limited ? ` up to ${maximum}` : '';
  return limited ? ` from ${minimum} to ${maximum}` : ` of at least ${minimum}`;
}

function typesOf(field: Field): string[] {
  if (field.anyOf) return field.anyOf.flatMap(typesOf);
  return field.type === undefined ? [] : [field.type].flat();
}

/**
 * Parses the text of a flag as the type of its field: a list separated by commas, a number, `true`, `null`. Text that is
 * none of these stays text, for the schema to validate.
 */
export function valueOfText(path: string, text: string): unknown {
  const field = FIELDS.get(path);
  const types = field ? typesOf(field) : [];
  const isName = field?.anyOf?.some(({ enum: names }) => names?.includes(text));
  if (types.includes('array') && !isName) {
    const items = text.replace(/^\[(.*)\]$/, '$1').split(',');
    return items.map((item) => item.trim()).filter((item) => item !== '');
  }
  if (types.includes('boolean') && /^(true|false)$/.test(text)) return text === 'true';
  if (types.includes('null') && text === 'null') return null;
  const numeric = types.includes('integer') || types.includes('number');
  return numeric && text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}
