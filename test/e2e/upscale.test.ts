import { spawn, spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../ml/core/random.ts';
import { type Edsr, edsrParameters, randomEdsr } from '../../ml/superres/edsr.ts';
import { buildEdsrGraph } from '../../ml/superres/graphs.ts';
import { edsrModel, writeEdsr } from '../../ml/superres/model-file.ts';
import { writePhotos } from '../superres/pictures.ts';
import { startIn } from './program.ts';

const PROGRAM = resolve('tools/cli/bin.mjs');
const folder = mkdtempSync(join(tmpdir(), 'upscale-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const upscale = (...words: string[]) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, 'upscale', ...words], { cwd: folder });
  return { status, stdout: stdout.toString(), stderr: stderr.toString() };
};

beforeAll(async () => {
  const edsr: Edsr = { scale: 2, blocks: 2, channels: 16, residualScale: 1, tail: 'direct' };
  await writeEdsr(join(folder, 'x2.onnx'), edsrModel(edsr, randomEdsr(edsrParameters(edsr), new Random(1))));
  const x3 = buildEdsrGraph(edsr, randomEdsr(edsrParameters(edsr), new Random(1)), { edsr: '{"scale":3}' });
  writeFileSync(join(folder, 'x3.onnx'), x3);
  for (const name of ['photos', 'small']) mkdirSync(join(folder, name));
  await writePhotos(join(folder, 'photos'), [
    [64, 48],
    [48, 64],
    [64, 64],
  ]);
  await writePhotos(join(folder, 'small'), [
    [64, 64],
    [12, 64],
  ]);
  const random = new Random(2);
  const rows = Array.from({ length: 2000 }, (_, i) => {
    const pixels = Array.from({ length: 48 * 48 }, () => random.integer(256)).join(' ');
    return `${i % 7},${pixels},${i % 10 === 0 ? 'PrivateTest' : 'Training'}`;
  });
  writeFileSync(join(folder, 'faces.csv'), ['emotion,pixels,Usage', ...rows, ''].join('\n'));
});

describe('upscale', () => {
  it('of faces that is killed goes on to the same file', async () => {
    const order = ['faces', '--data', 'faces.csv', '--model', 'x2.onnx', '--quiet'];
    expect(upscale(...order, '--cache', 'whole', '--sheet', 'some.png').status).toBe(0);
    expect(upscale(...order, '--cache', 'whole', '--sheet', 'some.png').stderr).toMatch(/some\.png already exists/);
    const find = (cache: string, end: string) => {
      const path = join(folder, cache);
      const name = existsSync(path) ? readdirSync(path).find((entry) => entry.endsWith(end)) : undefined;
      return name && join(path, name);
    };
    const arguments_ = [PROGRAM, 'upscale', ...order, '--cache', 'killed'];
    const child = spawn(process.execPath, arguments_, { cwd: folder, stdio: 'ignore' });
    const part = () => find('killed', '.96.faces.part');
    const written = () => statSync(part() ?? '', { throwIfNoEntry: false })?.size ?? 0;
    // A chunk has 256 faces; the first is sealed when the second is there.
    while (child.exitCode === null && written() < 2 * 96 * 96 * 256) await setTimeout(2);
    child.kill('SIGKILL');
    await setTimeout(200);
    expect(find('killed', '.96.faces')).toBeUndefined();
    const resumed = upscale(...order.slice(0, -1), '--cache', 'killed');
    expect(resumed.stderr).toMatch(/resuming after \d+ of 2000 faces/);
    expect(resumed.status).toBe(0);
    const [a, b] = ['whole', 'killed'].map((cache) => readFileSync(find(cache, '.96.faces') as string));
    expect(a.equals(b)).toBe(true);
    expect(part()).toBeUndefined();
  });

  it('trains, measures and makes pictures larger', () => {
    const sizes = ['--scale', '2', '--steps', '4', '--batch-size', '16', '--patch', '8'];
    const trained = upscale('train', '--data', 'photos', ...sizes, '--name', 'mine', '--json', '--quiet');
    expect(trained.stderr).toBe('');
    const { completed, model, quality } = JSON.parse(trained.stdout);
    expect(completed).toBe(true);
    expect(quality.psnr).toBeGreaterThan(5);
    const measured = upscale('evaluate', 'photos', '--model', model, '--json', '--quiet');
    expect(JSON.parse(measured.stdout).results[0].edsr.pictures).toHaveLength(3);
    expect(upscale('run', 'photos', '--out', 'large', '--model', model, '--quiet').status).toBe(0);
    expect(readdirSync(join(folder, 'large')).sort()).toEqual(['0.png', '1.png', '2.png']);
    const again = upscale('run', 'photos', '--out', 'large', '--model', model);
    expect(again).toMatchObject({ status: 1, stderr: expect.stringMatching(/already exists; .*--resume.*--force/) });
    rmSync(join(folder, 'large', '1.png'));
    const resumed = upscale('run', 'photos', '--out', 'large', '--model', model, '--resume', '--quiet');
    expect(resumed.stdout).toMatch(/^1 pictures written, 2 skipped/);
  });

  it('refuses a picture that would become too large, before it is made', async () => {
    const huge = sharp({ create: { width: 4000, height: 4000, channels: 3, background: '#369' } });
    await huge.png().toFile(join(folder, 'huge.png'));
    expect(upscale('run', 'huge.png', '--out', 'other', '--scale', '4')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/huge\.png has 4000×4000 pixels and would become 16000×16000, at most 200 million/),
    });
  });

  it.concurrent.each([
    [['train'], /--data is missing/],
    [['train', '--data', 'nowhere'], /nowhere: it does not exist/],
    [['train', '--data', 'small'], /0\.png has 64×64 pixels, but a patch needs 96×96/],
    [['train', '--data', 'photos', '--scale', '3'], /scale is 3; .*2\|4/],
    [['train', '--data', 'photos', '--steps', 'many'], /--steps many: expected a whole number/],
    [['train', '--resume', 'photos'], /config\.json: it does not exist/],
    [
      ['run', 'photos', '--out', 'other', '--model', 'x2.onnx', '--scale', '4'],
      /x2\.onnx upscales by 2, but --scale is 4/,
    ],
    [['run', 'photos', 'small', '--out', 'other', '--model', 'x2.onnx'], /would both become other.0\.png/],
    [['run', 'faces.csv', '--out', 'other', '--model', 'x2.onnx'], /faces\.csv: the picture cannot be read/],
    [['run', 'photos', '--out', 'other', '--model', 'faces.csv'], /not a complete ONNX file|not an ONNX file/],
    [['evaluate', 'small', '--model', 'x2.onnx'], /1\.png has 12×64 pixels; expected at least 17×17/],
    [['faces', '--data', 'faces.csv', '--seed', '2'], /--seed and --force need --sheet; add it/],
    [['faces', '--data', 'faces.csv', '--force'], /--seed and --force need --sheet; add it/],
    [['faces', '--data', 'nowhere.csv', '--model', 'x2.onnx'], /nowhere\.csv: it does not exist/],
    [['faces', '--data', 'faces.csv', '--model', 'x3.onnx'], /"scale":3.*expected a network for scale 2 or 4/],
  ])('%j is refused', async (words, message) => {
    const { code, stdout, stderr } = await startIn(folder, 'upscale', ...words).ended;
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(message);
  });

  it('leaves nothing behind of what it refused', () => {
    expect(existsSync(join(folder, 'other'))).toBe(false);
    expect(existsSync(join(folder, 'runs')) ? readdirSync(join(folder, 'runs')) : []).not.toContainEqual(
      expect.stringMatching(/edsr-small/),
    );
  });
});
