import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

const PROGRAM = resolve('tools/cli/bin.mjs');

/** Starts the program in a folder, with no data but what lies there; what it writes is gathered while it runs. */
export function startIn(folder: string, ...args: string[]) {
  const env = { ...process.env, EMOTION_LENS_DATA: '' };
  const child = spawn(process.execPath, [PROGRAM, ...args], { cwd: folder, env });
  const output = { stdout: '', stderr: '' };
  child.stdout.on('data', (data) => {
    output.stdout += data;
  });
  child.stderr.on('data', (data) => {
    output.stderr += data;
  });
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...output }));
  return { child, output, ended };
}
