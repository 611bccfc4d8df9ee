import { spawnSync } from 'node:child_process';
import { z } from 'zod';
import { programArguments } from '../../ml/core/processes.ts';
import { openModelFile } from '../../ml/runtime/model-file.ts';
import { openOnnx } from '../../ml/runtime/onnx-session.ts';

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

const ROUNDS = 15;
const RUNS = 20;

/**
 * Times models as a lens runs them, one picture at a time, in ONNX Runtime on one thread. They take turns, so that their
 * ratios hold on a machine whose speed drifts.
 * @param models files or their content.
 * @returns milliseconds of each run of each model, in ascending order.
 */
export async function timeModels(models: readonly (string | Uint8Array)[]): Promise<number[][]> {
  const opened = await Promise.all(
    models.map(async (model) => {
      const options = { threads: 1 };
      const session = await (typeof model === 'string'
        ? openModelFile(model, options)
        : openOnnx(model, 'the model', options));
      const inputs = session.inputs.map((input) => {
        const shape = input.shape.map(Number);
        return { shape, values: new Float32Array(shape.reduce((count, side) => count * side, 1)).fill(0.1) };
      });
      return { session, inputs, times: [] as number[] };
    }),
  );
  for (let round = 0; round < ROUNDS; round++) {
    for (const { session, inputs, times } of opened) {
      for (let run = 0; run < RUNS; run++) {
        const begin = performance.now();
        await session.run(inputs);
        if (round > 0) times.push(performance.now() - begin);
      }
    }
  }
  return opened.map(({ times }) => times.toSorted((a, b) => a - b));
}
