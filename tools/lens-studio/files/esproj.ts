import { createHash } from 'node:crypto';
import { z } from 'zod';
import { UserError } from '../../../ml/core/errors.ts';
import { parse } from '../yaml/parse.ts';
import { isId, plain } from './entity.ts';

const whole = z.number().int().nonnegative();
const text = z
  .union([z.string(), z.number(), z.boolean()])
  .nullish()
  .transform((value) => String(value ?? ''));
const esprojSchema = z.object({
  studioVersion: z.object({ major: whole, minor: whole, patch: whole }),
  sceneId: z.string().refine(isId, 'an id was expected'),
  metaInfo: z.object({
    // A name may look like a number.
    lensName: text,
    iconHash: text,
    lensClientCompatibilities: z.array(z.string()).default([]),
  }),
});

/** A project's `.esproj`: the version that wrote it, its scene and its name. */
export interface Esproj extends z.output<typeof esprojSchema> {
  readonly path: string;
  readonly text: string;
}

/** @throws UserError with the field if something that every project of Lens Studio 5 has is missing or of another type. */
export function readEsproj(text: string, path: string): Esproj {
  const fields = parse(text, path);
  if (!(fields instanceof Map)) throw new UserError(`${path}:1: found no fields; restore the file from a copy`);
  const read = esprojSchema.safeParse(plain(fields));
  if (!read.success) {
    const [{ path: field, message }] = read.error.issues;
    throw new UserError(`${path}: ${field.join('.')}: ${message}; restore the file from a copy`);
  }
  return { ...read.data, path, text };
}

/** What a project file says of its icon: the MD5 of `icon.png` beside it, in hexadecimal. */
export function iconHashOf(icon: Uint8Array): string {
  return createHash('md5').update(icon).digest('hex');
}
