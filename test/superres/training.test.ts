import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { silent } from '../../ml/core/progress.ts';
import { TARGET } from '../../ml/superres/graphs.ts';
import { Patches } from '../../ml/superres/patches.ts';
import { type Photo, readPhotos } from '../../ml/superres/photos.ts';
import { SettingsSchema, trainEdsr } from '../../ml/superres/train.ts';
import { toNetwork } from '../../ml/superres/upscaler.ts';
import { listener, temporaryFolder } from '../data/helpers.ts';
import { writePhotos } from './pictures.ts';

describe('patches', () => {
  // Each pixel of the small photo is its own number, and the large one repeats it.
  const [width, height, scale] = [9, 7, 2];
  const lowResolution = Float32Array.from({ length: width * height }, (_, i) => i);
  const highResolution = Uint8Array.from({ length: scale * scale * width * height }, (_, i) => {
    const [x, y] = [i % (scale * width), Math.floor(i / (scale * width))];
    return Math.floor(y / scale) * width + Math.floor(x / scale);
  });
  const photo: Photo = { width, height, lowResolution, highResolution };
  const [side, batch] = [4, 200];
  const inputs = () => [{ image: new Float32Array(batch * 16), [TARGET]: new Float32Array(batch * 64) }];
  const patches = new Patches([photo], scale, side, batch, 3);

  it('show the same place small and large, in all eight turns, nowhere outside', () => {
    const [filled] = inputs();
    patches.fill(0, [filled]);
    const turns = new Set<string>();
    for (let n = 0; n < batch; n++) {
      const pixel = (row: number, column: number) => Math.round((filled.image[n * 16 + row * 4 + column] + 1) * 127.5);
      for (let i = 0; i < 64; i++) {
        const [row, column] = [Math.floor(i / 8), i % 8];
        const expected = toNetwork(pixel(Math.floor(row / 2), Math.floor(column / 2)));
        expect(filled[TARGET][n * 64 + i]).toBeCloseTo(expected, 5);
      }
      turns.add(`${pixel(0, 1) - pixel(0, 0)} ${pixel(1, 0) - pixel(0, 0)}`);
      const columns = Array.from({ length: 16 }, (_, i) => pixel(Math.floor(i / 4), i % 4) % width);
      expect(Math.max(...columns) - Math.min(...columns)).toBe(3);
    }
    expect([...turns].sort()).toEqual(['1 9', '-1 9', '1 -9', '-1 -9', '9 1', '9 -1', '-9 1', '-9 -1'].sort());
  });

  it('depend on the seed and the step alone', () => {
    const [a, b, c] = [inputs(), inputs(), inputs()];
    patches.fill(5, a);
    patches.fill(6, b);
    new Patches([photo], scale, side, batch, 3).fill(5, c);
    expect(c).toEqual(a);
    expect(b).not.toEqual(a);
  });
});

describe('photos', () => {
  it('are split, and refused by name if small or damaged, or left out and counted', async () => {
    const folder = temporaryFolder();
    await writePhotos(folder, [
      [64, 48],
      [40, 64],
      [64, 64],
      [20, 90],
    ]);
    const settings = SettingsSchema.parse({ data: [folder], patch: 8 });
    await expect(readPhotos(settings, silent)).rejects.toThrow(
      /3\.png has 20×90 pixels, but a patch needs 32×32; .*--patch/,
    );
    writeFileSync(join(folder, '1.png'), readFileSync(join(folder, '1.png')).subarray(0, 300));
    const lenient = { ...settings, skipBadPhotos: true };
    await expect(readPhotos(settings, silent)).rejects.toThrow(/1\.png: the picture cannot be read/);
    const report = listener();
    const { training, heldOut } = await readPhotos(lenient, report);
    expect([training.length, heldOut.length]).toEqual([1, 1]);
    expect(report.notes[0]).toMatch(/skipped 2 of 4 photos; first error: .*1\.png/);
    await expect(readPhotos({ ...lenient, patch: 16 }, silent)).rejects.toThrow(/usable photos, expected at least 2/);
  });

  it('are asked for where there are none', async () => {
    const folder = temporaryFolder();
    await expect(readPhotos(SettingsSchema.parse({ data: [folder] }), silent)).rejects.toThrow(/has no pictures/);
    await expect(readPhotos(SettingsSchema.parse({ data: [join(folder, 'x')] }), silent)).rejects.toThrow(/not exist/);
  });
});

describe('training', () => {
  const folder = temporaryFolder();
  const run = (name: string) => {
    const path = join(folder, name);
    mkdirSync(path, { recursive: true });
    return path;
  };
  const settings = SettingsSchema.parse({ data: [run('photos')], scale: 2, steps: 8, batchSize: 16, patch: 8 });

  it('that is stopped goes on to the same bits, and refuses another plan', async () => {
    await writePhotos(run('photos'), [
      [64, 48],
      [48, 64],
      [64, 64],
    ]);
    const whole = await trainEdsr({ settings, folder: run('whole'), reporter: silent, resume: false });
    expect(whole).toMatchObject({ completed: true, step: 8 });

    const controller = new AbortController();
    const reporter = {
      ...silent,
      progress: ({ step, done }: { step: string; done: number }) => {
        if (step === 'training' && done === 3) controller.abort();
      },
    };
    const job = { settings, folder: run('stopped'), reporter, resume: false, signal: controller.signal };
    expect(await trainEdsr(job)).toMatchObject({ completed: false, step: 3 });
    const other = { ...job, resume: true, signal: undefined, settings: { ...settings, seed: 2 } };
    await expect(trainEdsr(other)).rejects.toThrow(/belongs to a run with seed 1; this run has seed 2/);
    expect(await trainEdsr({ ...job, resume: true, signal: undefined })).toEqual(whole);
    for (const file of ['checkpoint.safetensors', 'edsr.onnx']) {
      const [a, b] = ['whole', 'stopped'].map((name) => readFileSync(join(folder, name, file)));
      expect(a.equals(b)).toBe(true);
    }
    const steps = readFileSync(join(folder, 'stopped', 'metrics.jsonl'), 'utf8').match(/"step":\d+/g);
    expect(steps).toEqual(['"step":3', '"step":8', '"step":8']);
  });

  it('without photos writes nothing', async () => {
    const job = { settings: { ...settings, data: [run('none')] }, folder: run('empty'), reporter: silent };
    await expect(trainEdsr({ ...job, resume: false })).rejects.toThrow(/has no pictures/);
    expect(existsSync(join(folder, 'empty', 'checkpoint.safetensors'))).toBe(false);
  });
});
