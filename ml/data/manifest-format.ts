import { z } from 'zod';
import { EMOTIONS, type Emotion } from '../core/emotions.ts';
import { ACTIONS, REASONS } from './reasons.ts';

/** The data set that a manifest speaks of. */
export const IdentitySchema = z.strictObject({
  version: z.literal(1),
  /** Name of its file or folder, for people. */
  source: z.string(),
  rows: z.number().int().positive(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Identity = z.infer<typeof IdentitySchema>;

const emotion = z.enum(EMOTIONS);
export const EntrySchema = z
  .strictObject({
    row: z
      .string()
      .regex(/^\d{1,9}$/, 'a whole number')
      .transform(Number),
    action: z.enum(ACTIONS),
    from: emotion,
    to: z.union([emotion, z.literal('')]).transform((name): Emotion | null => (name === '' ? null : name)),
    reason: z.enum(REASONS),
    score: z.union([
      z.literal('').transform(() => null),
      z
        .string()
        .regex(/^(0(\.\d+)?|1(\.0+)?)$/, 'a number from 0 to 1, or nothing')
        .transform(Number),
    ]),
  })
  .refine(({ action, to }) => action !== 'move' || to !== null, { path: ['to'], message: 'the class to move it to' })
  .refine(({ from, to }) => from !== to, { path: ['to'], message: 'another class than "from"' });

/** One suspect: `to` is the class proposed for it, null where being left out is; `score` is 1 for the worst. */
export type Entry = z.infer<typeof EntrySchema>;

export interface Manifest {
  readonly identity: Identity;
  /** One for each suspected row, ascending. */
  readonly entries: readonly Entry[];
}
