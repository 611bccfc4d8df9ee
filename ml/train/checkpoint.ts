import { z } from 'zod';
import { UserError } from '../core/errors.ts';
import { readBytes, writeAtomic } from '../core/files.ts';
import { decodeSafetensors, encodeSafetensors } from '../core/safetensors.ts';
import { type FlatVector, flatFrom, tensorsOf } from '../nn/parameters.ts';
import type { TrainingGraph } from '../nn/step-graph.ts';
import type { TrainingState } from './engine.ts';

export const CHECKPOINT_FILE = 'checkpoint.safetensors';

const PositionSchema = z.object({
  /** Everything that the result depends on, including the random numbers of each step. */
  identity: z.record(z.string(), z.json()),
  /** Optimizer steps done. */
  step: z.number().int().min(0),
  /** Sum of each loss over the steps since the last validation. */
  lossSums: z.array(z.number()),
  /** Best validation score so far of each network that is kept. */
  best: z.record(z.string(), z.number()),
});
/** Where a training run stands. */
export type Position = z.infer<typeof PositionSchema>;

/** The vectors of a training state, each with the layout of its pieces. */
function layoutsOf({ parameters, statistics }: Pick<TrainingGraph, 'parameters' | 'statistics'>) {
  return {
    parameters,
    moment1: parameters,
    moment2: parameters,
    averagedParameters: parameters,
    averagedStatistics: statistics,
  } satisfies Record<keyof TrainingState, FlatVector>;
}

/**
 * Writes the whole state of a training run and where it stands, so that it resumes to the same result: each tensor under
 * its own name, for example `parameters/block3/expand/kernel` and `moment1/block3/expand/kernel`.
 */
export async function saveCheckpoint(
  path: string,
  graph: Pick<TrainingGraph, 'parameters' | 'statistics'>,
  state: TrainingState,
  position: Position,
): Promise<void> {
  const tensors = Object.entries(layoutsOf(graph)).flatMap(([name, vector]) =>
    tensorsOf(vector, state[name as keyof TrainingState], `${name}/`),
  );
  await writeAtomic(
    path,
    encodeSafetensors({ tensors: new Map(tensors), metadata: { position: JSON.stringify(position) } }),
  );
}

/**
 * Reads what {@link saveCheckpoint} wrote.
 * @throws UserError if the file is missing or broken, or its tensors are not those of the graph.
 */
export async function loadCheckpoint(
  path: string,
  graph: Pick<TrainingGraph, 'parameters' | 'statistics'>,
): Promise<{ state: TrainingState; position: Position }> {
  const { tensors, metadata } = decodeSafetensors(await readBytes(path), path);
  const position = parsePosition(metadata['position'], path);
  const state = Object.entries(layoutsOf(graph)).map(([name, vector]) => [
    name,
    flatFrom(vector, tensors, path, `${name}/`),
  ]);
  return { state: Object.fromEntries(state) as TrainingState, position };
}

/**
 * Where a training run stands.
 * @throws UserError if the file is missing, broken, or not a checkpoint.
 */
export async function readPosition(path: string): Promise<Position> {
  return parsePosition(decodeSafetensors(await readBytes(path), path).metadata['position'], path);
}

function parsePosition(text: string | undefined, path: string): Position {
  try {
    return PositionSchema.parse(JSON.parse(text ?? 'null'));
  } catch (thrown) {
    throw new UserError(
      `${path} has no valid training state, or was written by a version before 0.2; start a new run`,
      { cause: thrown },
    );
  }
}
