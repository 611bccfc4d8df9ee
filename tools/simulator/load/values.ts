import { type Entity, isId, plain } from '../../lens-studio/files/entity.ts';
import type { Literal, ScriptInput } from '../../lens-studio/scripts/script.ts';
import { NULL_ID, Tagged, type Value, Vector } from '../../lens-studio/yaml/value.ts';
import type { InputValue } from '../program.ts';

export const RADIANS = Math.PI / 180;

/** Ids in a list of links to what belongs to an entity. */
export function ownIds({ fields }: Entity, field: string): string[] {
  const list = fields.get(field);
  return Array.isArray(list) ? list.map(plain).filter(isId) : [];
}

/** @param fallback where it is missing or no number. */
export function numberOf(value: Value | undefined, fallback: number): number {
  const number = plain(value ?? null);
  return typeof number === 'number' ? number : fallback;
}

/**
 * Numbers of a vector or rectangle in a mapping.
 * @param fields names that it may have.
 * @param components what its numbers are called, one letter each, or a list.
 * @param fallback where one is missing.
 */
export function numbersOf(
  mapping: Value,
  fields: readonly string[],
  components: string | readonly string[],
  fallback: number,
): number[] {
  const object = plain(mapping) as Record<string, Record<string, unknown>> | null;
  const found = fields.map((field) => object?.[field]).find((one) => one !== undefined);
  return [...components].map((component) => {
    const number = found?.[component];
    return typeof number === 'number' ? number : fallback;
  });
}

/** The value of an input as a scene holds it. */
export function inputValueOf(value: Value): InputValue {
  if (value instanceof Tagged) {
    if (/^(reference|MappingBased)\b/.test(value.tag) && !Array.isArray(value.value)) return linkTo(plain(value.value));
    return inputValueOf(value.value);
  }
  if (Array.isArray(value)) return value.map(inputValueOf);
  if (value instanceof Vector) return { vector: [...value.values()].map((number) => Number(plain(number))) };
  const read = plain(value);
  return typeof read === 'number' || typeof read === 'string' || typeof read === 'boolean' ? read : null;
}

function linkTo(id: unknown): InputValue {
  return isId(id) && id !== NULL_ID ? { link: id } : null;
}

/** The value that an input has in its script; undefined where the script sets it when it is made, or has none. */
export function defaultOf({ type, default: literal }: ScriptInput): InputValue | undefined {
  if (type.isArray) return Array.isArray(literal) ? literal.map((item) => fromLiteral(type.name, item)) : [];
  return literal === undefined ? undefined : fromLiteral(type.name, literal);
}

function fromLiteral(type: string, literal: Literal): InputValue {
  if (!Array.isArray(literal)) return literal as number | string | boolean;
  return /^(vec|quat)/.test(type) ? { vector: literal.map(Number) } : literal.map((item) => fromLiteral(type, item));
}
