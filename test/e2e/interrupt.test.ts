import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

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

// Windows ends a process at every signal, and has no pipes among its files.
describe.skipIf(process.platform === 'win32')('a signal', () => {
  const pipe = join(folder, 'faces', 'train', 'angry', 'pipe.png');
  beforeAll(async () => {
    for (const split of ['train', 'test']) mkdirSync(join(folder, 'faces', split, 'angry'), { recursive: true });
    expect(spawnSync('mkfifo', [pipe]).status).toBe(0);
    await writePicture(join('faces', 'test', 'angry', 'face.png'), 48);
  });

  const writePicture = (name: string, side: number) =>
    sharp({ create: { width: side, height: side, channels: 3, background: '#369' } })
      .png()
      .toFile(join(folder, name));

  /** Opens the pipe's other end as soon as somebody reads, and writes nothing. */
  async function untilRead(): Promise<number> {
    for (;;) {
      try {
        return openSync(pipe, constants.O_WRONLY | constants.O_NONBLOCK);
      } catch {
        await setTimeout(20);
      }
    }
  }

  it.each([
    ['SIGINT', ['check', pipe]],
    ['SIGTERM', ['upscale', 'run', pipe, '--out', 'large']],
    ['SIGINT', ['landmarks', '--data', 'faces']],
    ['SIGTERM', ['train', '--data', 'faces']],
    ['SIGINT', ['build', '--data', pipe]],
  ] as const)('%s ends a command that waits for a pipe: %j', async (signal, words) => {
    const { child, ended } = start(...words);
    const end = await Promise.race([untilRead(), ended.then((before) => expect(before).toBeUndefined())]);
    child.kill(signal);
    expect(await ended).toMatchObject({ code: null, signal });
    if (typeof end === 'number') closeSync(end);
  });

  it('ends a command in the midst of a picture, of which nothing stays', async () => {
    await writePicture('first.png', 8);
    await writePicture('second.png', 3000);
    const { child, ended } = start('upscale', 'run', 'first.png', 'second.png', '--out', 'large');
    while (child.exitCode === null && !existsSync(join(folder, 'large', 'first.png'))) await setTimeout(20);
    child.kill('SIGINT');
    expect(await ended).toMatchObject({ code: null, signal: 'SIGINT' });
    expect(readdirSync(join(folder, 'large'))).toEqual(['first.png']);
  });

  it('lets a training write a checkpoint, and is told by the exit code', async () => {
    const words = ['train', '--set', 'data.syntheticCount=200', '--epochs', '5000', '--name', 'mine'];
    const { child, output, ended } = start(...words);
    while (child.exitCode === null && !output.stderr.includes('epoch 1/5000: PublicTest')) await setTimeout(5);
    child.kill('SIGTERM');
    const { code, stdout } = await ended;
    expect(code).toBe(143);
    expect(stdout).toMatch(/^stopped at step \d+; go on with:\n.*--resume/);
    const [run] = readdirSync(join(folder, 'runs'));
    expect(readdirSync(join(folder, 'runs', run))).toContain('checkpoint.safetensors');
  });
});
