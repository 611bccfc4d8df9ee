import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import sharp from 'sharp';
import { afterAll, describe, expect, it } from 'vitest';

const PROGRAM = resolve('tools/cli/bin.mjs');
const folder = mkdtempSync(join(tmpdir(), 'emotion-lens-interrupt-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(...words: string[]) {
  const child = spawn(process.execPath, [PROGRAM, ...words], { cwd: folder });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const)
    child[name].on('data', (data) => {
      output[name] += data;
    });
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, ...output }));
  return { child, output, ended };
}

// Windows ends a process at every signal.
describe.skipIf(process.platform === 'win32')('a signal', () => {
  const writePicture = (name: string, side: number) =>
    sharp({ create: { width: side, height: side, channels: 3, background: '#369' } })
      .png()
      .toFile(join(folder, name));

  it.each(['SIGINT', 'SIGTERM'] as const)('ends a command in the midst of a picture: %s', async (signal) => {
    await writePicture('first.png', 8);
    await writePicture('second.png', 3000);
    const { child, ended } = start('upscale', 'run', 'first.png', 'second.png', '--out', signal);
    while (child.exitCode === null && !existsSync(join(folder, signal, 'first.png'))) await setTimeout(20);
    child.kill(signal);
    expect(await ended).toMatchObject({ code: null, signal });
    expect(readdirSync(join(folder, signal))).toEqual(['first.png']);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('lets a training write a checkpoint, and is told by the exit code: %s', async (signal, exitCode) => {
    const tiny = ['--size', '32', '--width', '0.35', '--batch-size', '32'];
    const words = ['train', '--set', 'data.syntheticCount=280', ...tiny, '--epochs', '5000', '--name', signal];
    const { child, output, ended } = start(...words);
    while (child.exitCode === null && !output.stderr.includes('epoch 1/5000: PublicTest')) await setTimeout(5);
    child.kill(signal);
    const { code, stdout } = await ended;
    expect(code).toBe(exitCode);
    const [, run] = /^stopped at step \d+; resume with:\n.*train --resume (\S+)\n$/.exec(stdout) ?? [];
    expect(readdirSync(join(folder, run))).toContain('checkpoint.safetensors');
  });
});
