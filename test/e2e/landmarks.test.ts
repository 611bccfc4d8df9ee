import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FACE_PIXELS, faceAt } from '../../ml/data/dataset.ts';
import { generateFaces } from '../../ml/data/synthetic/generate.ts';
import { csvRow } from '../data/helpers.ts';

const folder = mkdtempSync(join(tmpdir(), 'landmarks-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const landmarks = (...words: string[]) => {
  const program = [resolve('tools/cli/bin.mjs'), 'landmarks', ...words];
  const { status, stdout, stderr } = spawnSync(process.execPath, program, { cwd: folder });
  return { status, stdout: stdout.toString(), stderr: stderr.toString() };
};

beforeAll(() => {
  const drawn = generateFaces({ count: 12, seed: 1 });
  const rows = Array.from({ length: drawn.count }, (_, i) => ({ label: i % 7, split: 0, pixels: faceAt(drawn, i) }));
  const black = { label: 0, split: 2, pixels: new Uint8Array(FACE_PIXELS) };
  writeFileSync(join(folder, 'faces.csv'), ['emotion,pixels,Usage', ...[...rows, black].map(csvRow), ''].join('\n'));
});

describe('landmarks', () => {
  it('are found, counted and drawn, and taken from the cache the second time', async () => {
    const first = landmarks('--data', 'faces.csv', '--sheet', 'sheet.png', '--json', '--quiet');
    expect(first.stderr).toBe('');
    const result = JSON.parse(first.stdout);
    expect(result).toMatchObject({ completed: true, faces: 13, searched: 13, sheet: 'sheet.png' });
    expect(result.outcomes).toMatchObject({ constant: 1 });
    expect(result.outcomes.found).toBeGreaterThanOrEqual(11);
    expect((await sharp(join(folder, 'sheet.png')).metadata()).width).toBeGreaterThan(8 * 144);
    expect(readdirSync(join(folder, '.cache')).filter((name) => name.endsWith('.landmarks')).length).toBe(1);

    const second = landmarks('--data', 'faces.csv', '--quiet');
    expect(second.stdout).toMatch(/^landmarks found in 1[12] of 13 faces, 1 constant.*; 0 searched now, /);
  });

  it('refuse what cannot be', () => {
    for (const [words, message] of [
      [['--data', 'faces.csv', '--seed', '2'], '--seed and --force need --sheet'],
      [['--data', 'faces.csv', '--sheet', 'faces.csv'], 'faces.csv already exists'],
    ] as const) {
      const { status, stderr } = landmarks(...words);
      expect(stderr).toContain(message);
      expect(status).toBe(1);
    }
  });
});
