import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'landmark-model-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const run = (...words: string[]) => {
  const program = [resolve('tools/cli/bin.mjs'), ...words, '--set', 'data.syntheticCount=70', '--quiet'];
  const { status, stdout, stderr } = spawnSync(process.execPath, program, { cwd: folder });
  expect(status, stderr.toString()).toBe(0);
  return stdout.toString();
};

it('a model with landmarks is built, and evaluated with and without them', () => {
  const tiny = ['--size', '32', '--width', '0.1', '--batch-size', '16', '--epochs', '1'];
  const settings = ['--landmarks', 'fused', '--set', 'quantize.method=none', '--set', 'train.replicas=1'];
  const built = JSON.parse(run('build', ...tiny, ...settings, '--json'));
  const [{ file, withoutLandmarks }] = built.models;
  expect(withoutLandmarks.model).toContain('without landmarks');
  const [withThem, without] = run('evaluate', file.path, '--data', 'synthetic').split('without landmarks:');
  for (const table of [withThem, without]) expect(table).toMatch(/raw +PrivateTest +7/);
});
