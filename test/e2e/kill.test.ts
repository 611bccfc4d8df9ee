import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';

const PROGRAM = resolve('tools/cli/bin.mjs');
const folder = mkdtempSync(join(tmpdir(), 'kill-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const order = (name: string) => [
  PROGRAM,
  'train',
  ...['--name', name, '--epochs', '4', '--size', '32', '--width', '0.35', '--batch-size', '32', '--quiet'],
  ...['--set', 'data.syntheticCount=350', '--set', 'train.checkpointSteps=1', '--set', 'train.targets=original'],
];

function runFolder(name: string): string | undefined {
  const runs = join(folder, 'runs');
  const found = existsSync(runs) ? readdirSync(runs).find((entry) => entry.endsWith(name)) : undefined;
  return found && join(runs, found);
}

describe('a training that is killed', () => {
  it('goes on to the same bits as one that was left alone', async () => {
    expect(spawnSync(process.execPath, order('whole'), { cwd: folder }).status).toBe(0);

    const child = spawn(process.execPath, order('killed'), { cwd: folder, stdio: 'ignore' });
    const checkpoint = () => join(runFolder('killed') ?? '', 'checkpoint.safetensors');
    const stepOf = () =>
      existsSync(checkpoint()) ? Number(/\\"step\\":(\d+)/.exec(readFileSync(checkpoint(), 'latin1'))?.[1]) : 0;
    while (child.exitCode === null && stepOf() < 5) await setTimeout(5);
    child.kill('SIGKILL');
    await setTimeout(200);
    const reached = stepOf();
    // Killed on the way: 280 training faces make 8 steps of 32 an epoch.
    expect(reached).toBeGreaterThanOrEqual(5);
    expect(reached).toBeLessThan(32);

    const resumed = spawnSync(
      process.execPath,
      [PROGRAM, 'train', '--resume', runFolder('killed') as string, '--quiet'],
      { cwd: folder },
    );
    expect(resumed.stderr.toString()).toBe('');
    expect(resumed.status).toBe(0);
    for (const file of ['checkpoint.safetensors', 'best-original.safetensors']) {
      const [whole, killed] = ['whole', 'killed'].map((name) => readFileSync(join(runFolder(name) as string, file)));
      expect(killed.equals(whole)).toBe(true);
    }
  });

  it('is resumed by one process at a time, and records each step once', async () => {
    const start = (...args: string[]) => spawn(process.execPath, args, { cwd: folder, stdio: 'ignore' });
    const child = start(...order('twice'));
    const metrics = () => join(runFolder('twice') ?? '', 'metrics.jsonl');
    while (child.exitCode === null && !existsSync(metrics())) await setTimeout(20);
    // It must not come to its end before the second process has started.
    if (process.platform !== 'win32') child.kill('SIGSTOP');
    const resume = [PROGRAM, 'train', '--resume', runFolder('twice') as string, '--quiet'];
    const refused = spawnSync(process.execPath, resume, { cwd: folder });
    expect(refused.stderr.toString()).toContain(`is in use by process ${child.pid} since`);
    expect(refused.stderr.toString()).toContain('train: emotion-lens train --name twice');
    expect(refused.status).toBe(1);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(spawnSync(process.execPath, resume, { cwd: folder }).status).toBe(0);
    const records = readFileSync(metrics(), 'utf8').trimEnd().split('\n');
    const places = records.map((line) => JSON.parse(line)).map(({ kind, step }) => `${kind} ${step}`);
    expect(new Set(places).size).toBe(places.length);
    expect(readdirSync(runFolder('twice') as string).filter((name) => /\.(lock|tmp)$/.test(name))).toEqual([]);
  });
});
