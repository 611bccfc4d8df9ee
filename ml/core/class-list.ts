import { z } from 'zod';
import { CLASS_COUNT, keyOf } from '../../lens/Assets/EmotionDetector/Classes.ts';
import { EMOTIONS } from './emotions.ts';

export { CLASS_COUNT as CLASSES, keyOf };

/** Letters of a class's name. */
export const MAX_LETTERS = 60;

/** Whether a class may have this name; control characters and halves of characters are no letters. */
export const isClassName = (name: string): boolean =>
  name.length > 0 && name.length <= MAX_LETTERS && !/[\p{Cc}\p{Cs}]/u.test(name);

/** Places of the first two names that stand for the same class, if any do. */
export function repeatedName(names: readonly string[]): readonly [first: number, second: number] | undefined {
  const places = new Map<string, number>();
  for (const [at, name] of names.entries()) {
    const first = places.get(keyOf(name));
    if (first !== undefined) return [first, at];
    places.set(keyOf(name), at);
  }
  return undefined;
}

/** Names of a model's classes in the order of its output, each once. */
export const ClassListSchema = z
  .array(z.string().refine(isClassName, `expected 1 to ${MAX_LETTERS} letters, without control characters`))
  .min(CLASS_COUNT.min)
  .max(CLASS_COUNT.max)
  .refine((names) => repeatedName(names) === undefined, 'expected each class once');

/** Whether a list begins with these classes. */
export const beginsWith = (names: readonly string[], first: readonly string[]): boolean =>
  names.length >= first.length && first.every((name, at) => names[at] === name);

/** A list of classes as files and options state it: undefined stands for the seven expressions in their order. */
export function unlessEmotions(names: readonly string[]): readonly string[] | undefined {
  return names.length === EMOTIONS.length && beginsWith(names, EMOTIONS) ? undefined : names;
}
