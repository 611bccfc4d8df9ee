import { existsSync, mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { encodeModel } from '../../ml/onnx/model.ts';
import { folderOf, METADATA, teachableTopology, tfjsFiles, tfliteModel } from '../import/foreign-models.ts';
import { pytorchLike } from '../import/passes/models.ts';
import { startIn } from './program.ts';

const place = mkdtempSync(join(tmpdir(), 'import-cli-'));
const run = (...args: string[]) => startIn(place, ...args).ended;
const teachable = (labels: readonly string[]) =>
  folderOf({ ...tfjsFiles(teachableTopology(labels.length)), 'metadata.json': METADATA(labels) });

describe('import', () => {
  it('prints the table of classes and what the comparison found, and writes a model folder', async () => {
    const model = teachable(['Smile', 'happy', 'Nothing']);
    const { code, stdout } = await run('import', model, '--out', 'faces', '--map', 'smile=Grin');
    expect(stdout).toMatch(/Teachable Machine, TensorFlow\.js layers model, 16×16 pixels, 3 classes\n/);
    expect(stdout).toMatch(
      / {2}0 Smile {3}→ {2}0 Grin \(--map\)\n {3}1 happy {3}→ {2}1 Happy\n {3}2 Nothing → {2}2 Nothing \(kept\)\n/,
    );
    expect(stdout).toMatch(
      /on 64 drawn faces probabilities differ from the source by at most .*, the same class on 100\.0 %/,
    );
    expect(code).toBe(0);
    expect(
      readdirSync(join(place, 'faces'))
        .filter((name) => !name.startsWith('.'))
        .toSorted(),
    ).toEqual(['emotion.onnx', 'model.json']);
    const again = await run('import', model, '--out', 'faces');
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/already exists; choose another place, or replace it with --force/);
  });

  it('asks for what a file does not say, and writes nothing', async () => {
    const model = folderOf({ 'model.tflite': tfliteModel(3, 'float32'), 'labels.txt': '0 a\n1 b\n2 c\n' });
    const silent = await run('import', model, '--out', 'none');
    expect(silent.code).toBe(1);
    expect(silent.stderr).toMatch(/say it with --pixels: 0\.\.255/);
    expect(existsSync(join(place, 'none'))).toBe(false);
    const { code, stdout } = await run('import', model, '--out', 'some', '--pixels', 'imagenet', '--json', '--quiet');
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      side: 16,
      labels: ['a', 'b', 'c'],
      onnx: { proof: { count: 64, top1: 1 } },
    });
  });

  it.each([
    ['--pixels', 'grey', 'expected 0..255, 0..1, -1..1 or imagenet'],
    ['--map', 'happy', 'expected CLASS=NAME'],
  ])('refuses %s %s', async (flag, value, message) => {
    const { code, stderr } = await run('import', 'model', flag, value);
    expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
  });
});

describe('check --fix', () => {
  it('writes a file that SnapML takes from one that it refuses', async () => {
    writeFileSync(join(place, 'torch.onnx'), encodeModel(pytorchLike()));
    expect((await run('check', 'torch.onnx')).code).toBe(1);
    const { code, stdout } = await run('check', 'torch.onnx', '--fix', 'fixed.onnx');
    expect(stdout).toMatch(/fixed\.onnx was written; on random numbers it answers as torch\.onnx does, within /);
    expect(code).toBe(0);
    expect((await run('check', 'fixed.onnx')).code).toBe(0);
    const itself = await run('check', 'torch.onnx', '--fix', 'torch.onnx', '--force');
    expect(itself.stderr).toMatch(/is the file itself/);
  });
});
