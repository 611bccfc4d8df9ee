import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { programArguments } from '../../ml/core/processes.ts';

const PROGRAM = programArguments(new URL('./stubborn.ts', import.meta.url));

/** Starts work that never ends and sends it signals, more than half a second between them. */
async function interrupt(work: string, first: NodeJS.Signals, second?: NodeJS.Signals) {
  const child = spawn(process.execPath, [...PROGRAM, work]);
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  let said = '';
  child.stdout.on('data', (data) => {
    said += data;
  });
  const until = async (word: string) => {
    while (child.exitCode === null && !said.includes(word)) await setTimeout(5);
  };
  await until('begun');
  child.kill(first);
  if (second !== undefined) {
    await until('stopping');
    await setTimeout(700);
    child.kill(second);
  }
  return { ...(await ended), said };
}

// Windows ends a process at every signal.
describe.skipIf(process.platform === 'win32')('a signal ends', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)('a step that takes too long: %s', async (signal) => {
    const { said, ...ended } = await interrupt('step', signal);
    expect(ended).toEqual({ code: null, signal });
    expect(said).toMatch(/stopping after this step.*\n.*takes too long/);
  });

  it('a step at once when it comes again', async () => {
    const { said, ...ended } = await interrupt('step', 'SIGINT', 'SIGTERM');
    expect(ended).toEqual({ code: null, signal: 'SIGTERM' });
    expect(said).not.toContain('takes too long');
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('work after its last step, also where it is busy: %s', async (signal) => {
    expect(await interrupt('afterwards', signal)).toEqual({ code: null, signal, said: 'begun\n' });
  });

  it.each(['SIGINT', 'SIGTERM'] as const)('a server that does not close: %s', async (signal) => {
    expect(await interrupt('server', signal)).toEqual({ code: null, signal, said: 'begun\n' });
  });
});
