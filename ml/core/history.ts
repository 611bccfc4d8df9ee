import { existsSync } from 'node:fs';
import { z } from 'zod';
import { UserError } from './errors.ts';
import { fileError, openInPlace, readText, writeAtomic } from './files.ts';

/** Maximum size; a history of a million records is smaller. */
const MAX_BYTES = 200_000_000;

/** History of a run, one record a line. */
export const METRICS_FILE = 'metrics.jsonl';

const RecordSchema = z.object({
  kind: z.enum(['step', 'epoch']),
  step: z.number().int(),
  epoch: z.number().int(),
  figures: z.record(z.string(), z.number()),
});

/** One line of `metrics.jsonl`. Figures are named `loss/HEAD`, `accuracy/HEAD`, `learningRate`, `imagesPerSecond`. */
export type HistoryRecord = z.infer<typeof RecordSchema>;

/** Appends a line to the history of a run. */
export async function appendHistory(path: string, record: HistoryRecord): Promise<void> {
  const handle = await openInPlace(path, 'a');
  try {
    await handle.writeFile(`${JSON.stringify(record)}\n`);
  } catch (thrown) {
    throw fileError('write', path, thrown);
  } finally {
    await handle.close();
  }
}

/**
 * The history of a run.
 * @throws UserError if it is missing or has an invalid line; an incomplete last line is ignored.
 */
export async function readHistory(path: string): Promise<HistoryRecord[]> {
  const lines = (await readText(path, MAX_BYTES)).split('\n');
  return lines.slice(0, -1).map((line, i) => {
    try {
      return RecordSchema.parse(JSON.parse(line));
    } catch (thrown) {
      throw new UserError(`${path}:${i + 1} is not a record of a training run; delete the line`, { cause: thrown });
    }
  });
}

/** The records of whole epochs of a run's history. */
export async function readEpochs(path: string): Promise<HistoryRecord[]> {
  return (await readHistory(path)).filter(({ kind }) => kind === 'epoch');
}

/** Removes the records after a step, from which training goes on; there may be no history yet. */
export async function truncateHistory(path: string, step: number): Promise<void> {
  if (!existsSync(path)) return;
  const kept = (await readHistory(path)).filter((record) => record.step <= step);
  await writeAtomic(path, kept.map((record) => `${JSON.stringify(record)}\n`).join(''));
}
