import { spawnSync } from 'node:child_process';
import { z } from 'zod';
import { programArguments } from '../../ml/core/program.ts';

const ResultSchema = z.object({ imagesPerSecond: z.number(), peakMegabytes: z.number(), version: z.string() });
export type Measurement = z.infer<typeof ResultSchema>;

/** Runs one measurement of training in a process of its own; null if the program is not there or fails. */
export function runMeasurement(command: string, args: readonly string[]): Measurement | null {
  const child = spawnSync(command, args, { encoding: 'utf8', timeout: 600_000 });
  const line = child.stdout?.trim().split('\n').at(-1);
  return child.status === 0 && line ? ResultSchema.parse(JSON.parse(line)) : null;
}

/** Runs `measure.ts` with these arguments. */
export function measureOurs(args: readonly string[]): Measurement | null {
  return runMeasurement(process.execPath, [...programArguments(new URL('./measure.ts', import.meta.url)), ...args]);
}

export const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
