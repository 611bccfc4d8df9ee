import { z } from 'zod';
import { UserError } from '../core/errors.ts';
import { readBytes, writeAtomic } from '../core/files.ts';
import { decodeSafetensors, encodeSafetensors } from '../core/safetensors.ts';
import type { TrainingState } from './engine.ts';
import { NetworkInfoSchema } from './trained-network.ts';

export const PositionSchema = z.object({
  network: NetworkInfoSchema,
  /** The random numbers of a step follow from the seed and its position, so these are the generator's whole state. */
  seed: z.number().int(),
  /** Optimizer steps done. */
  step: z.number().int().min(0),
  /** Sum of each head's loss over the steps of the current epoch. */
  lossSums: z.array(z.number()),
  /** Best accuracy on PublicTest of each head so far. */
  best: z.record(z.string(), z.number()),
  /** How the work was divided, which decides the order of its sums. */
  replicas: z.number().int().positive(),
  block: z.number().int().positive(),
});
/** Where a training run stands. */
export type Position = z.infer<typeof PositionSchema>;

/** Writes the whole state of a training run and where it stands, so that it goes on to the same result. */
export async function saveCheckpoint(path: string, state: TrainingState, position: unknown): Promise<void> {
  await writeAtomic(
    path,
    encodeSafetensors({ vectors: { ...state }, metadata: { position: JSON.stringify(position) } }),
  );
}

/**
 * Reads what {@link saveCheckpoint} wrote.
 * @param schema of the position.
 * @throws UserError if the file is missing or broken.
 */
export async function loadCheckpoint<T>(
  path: string,
  schema: z.ZodType<T>,
): Promise<{ state: TrainingState; position: T }> {
  const { vectors, metadata } = decodeSafetensors(await readBytes(path), path);
  const { parameters, moment1, moment2, averagedParameters, averagedStatistics } = vectors;
  if (!parameters || !moment1 || !moment2 || !averagedParameters || !averagedStatistics) {
    throw new UserError(
      `${path} holds ${Object.keys(vectors).join(', ')}; a checkpoint of "emotion-lens train" was expected`,
    );
  }
  try {
    const position = schema.parse(JSON.parse(metadata['position'] ?? 'null'));
    return { state: { parameters, moment1, moment2, averagedParameters, averagedStatistics }, position };
  } catch (thrown) {
    throw new UserError(`${path} does not say where its training stands; start the run anew`, { cause: thrown });
  }
}
