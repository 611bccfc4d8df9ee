import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type Config, ConfigSchema } from '../../ml/config/schema.ts';
import { UserError } from '../../ml/core/errors.ts';
import { appendHistory, readHistory } from '../../ml/core/history.ts';
import { copyForms, type ExportedHead } from '../../tools/pipeline/export-head.ts';
import { createRun, inRun, intoFolder, openRun, type Run } from '../../tools/pipeline/run-folder.ts';
import { type PreparedRun, trainRun } from '../../tools/pipeline/train-run.ts';
import { listener, temporaryFolder } from '../data/helpers.ts';

/** What the training writes before the disk is full. */
const training = vi.hoisted(() => ({ writes: [] as string[] }));
vi.mock('../../ml/train/train.ts', () => ({
  train: async ({ folder }: { folder: string }) => {
    for (const name of training.writes) writeFileSync(join(folder, name), '');
    throw new UserError('the disk is full');
  },
}));

const root = temporaryFolder();
const config = (): Config => ConfigSchema.parse({ runs: join(root, 'runs') });
const newRun = () => createRun(config(), 'mine', new Date());

describe('a training that fails', () => {
  const fail = async (writes: string[]): Promise<Run> => {
    training.writes = writes;
    const run = await newRun();
    const prepared = { run, resume: false } as PreparedRun;
    const signal = new AbortController().signal;
    const failing = inRun(
      {},
      'train',
      async () => prepared,
      () => trainRun(prepared, listener(), signal),
    );
    await expect(failing).rejects.toThrow('the disk is full');
    return run;
  };

  it.each([
    ['checkpoint.safetensors'],
    ['best-original.safetensors'],
    ['metrics.jsonl'],
  ])('leaves the folder with what it wrote: %s', async (name) => {
    const { folder } = await fail([name]);
    expect(readdirSync(folder).sort()).toEqual([name, 'config.json'].sort());
  });

  it('before it wrote anything leaves no folder', async () => {
    expect(existsSync((await fail([])).folder)).toBe(false);
  });
});

describe('the folder of a run', () => {
  it('is worked in by one process at a time, whether it is new or resumed', async () => {
    const run = await newRun();
    const again = () =>
      inRun(
        { resume: run.folder },
        'train',
        async () => ({ run }),
        async () => 'resumed',
      );
    const both = inRun({}, 'train', async () => ({ run }), again);
    await expect(both).rejects.toThrow(new RegExp(`is in use by process ${process.pid} since .*, train: emotion-lens`));
    expect(await again()).toBe('resumed');
    const out = join(root, 'out');
    const exporting = () => intoFolder(out, 'export', async () => 'exported');
    await expect(intoFolder(out, 'export', exporting)).rejects.toThrow(/is in use by process/);
    expect(await exporting()).toBe('exported');
  });

  it.skipIf(process.platform === 'win32').each(['metrics.jsonl', 'model', 'fold-1/best-original.safetensors'])(
    'of someone else is not opened if its %s is a link',
    async (name) => {
      const { folder } = await newRun();
      mkdirSync(join(folder, 'fold-1'));
      symlinkSync(join(root, 'elsewhere'), join(folder, name));
      await expect(openRun(folder)).rejects.toThrow(`${join(folder, name)} is a link, a pipe or a device`);
    },
  );

  it.each([
    ['is not there', [], '.cache'],
    ['has files of somebody', ['notes.txt'], '.cache'],
    ['is empty', null, undefined],
    ['is one of ours', ['a.v1.landmarks'], undefined],
  ])('of someone else is cached in a folder that it names by what is there: it %s', async (_, files, expected) => {
    const cache = join(temporaryFolder(), 'cache');
    if (files?.length !== 0) mkdirSync(cache);
    for (const name of files ?? []) writeFileSync(join(cache, name), '');
    const { folder } = await createRun(ConfigSchema.parse({ ...config(), data: { cache } }), 'cached', new Date());
    expect((await openRun(folder)).config.data.cache).toBe(expected ?? cache);
    const own = { path: 'data.cache', value: cache, origin: '--set' };
    expect((await openRun(folder, [own])).config.data.cache).toBe(cache);
  });

  it.skipIf(process.platform === 'win32')('has no history appended to where a link leads', async () => {
    const folder = temporaryFolder();
    const victim = join(root, '.bashrc');
    writeFileSync(victim, 'mine');
    symlinkSync(victim, join(folder, 'metrics.jsonl'));
    const record = { kind: 'step', step: 1, epoch: 0, figures: {} } as const;
    await expect(appendHistory(join(folder, 'metrics.jsonl'), record)).rejects.toThrow(
      /it is a link or not a regular file/,
    );
    expect(readFileSync(victim, 'utf8')).toBe('mine');
    await appendHistory(join(folder, 'other.jsonl'), record);
    expect(await readHistory(join(folder, 'other.jsonl'))).toEqual([record]);
  });
});

describe('the export of a run that someone else made', () => {
  const MODEL = resolve('ml/models/emotion');
  const json = JSON.parse(readFileSync(join(MODEL, 'model.json'), 'utf8'));
  const [{ sha256 }] = json.files;
  let run: Run;
  let out: string;
  beforeEach(async () => {
    run = await newRun();
    out = join(temporaryFolder(), 'a/out');
    cpSync(MODEL, join(run.folder, 'model'), { recursive: true });
  });
  const copy = () => copyForms(run, { head: 'original', file: { sha256 } } as ExportedHead, out);

  it('copies the forms that it has', async () => {
    await copy();
    expect(readdirSync(out).sort()).toEqual(['emotion.int8.onnx', 'emotion.int8.tflite', 'model.json']);
  });

  it.each([
    '../../victim.tflite',
    '../../../.bashrc',
    '.bashrc',
    'model.json',
    'mine.tflite',
  ])('writes no file that its model.json calls %s', async (name) => {
    const folder = join(run.folder, 'model');
    const files = json.files.map((file: { name: string }) =>
      file.name === 'emotion.int8.tflite' ? { ...file, name } : file,
    );
    if (name !== 'model.json') cpSync(join(MODEL, 'emotion.int8.tflite'), join(folder, name));
    writeFileSync(join(folder, 'model.json'), JSON.stringify({ ...json, files }));
    await expect(copy()).rejects.toThrow(/(is not a valid model\.json|model\.json names the 8-bit model mine)/);
    expect(existsSync(join(out, name))).toBe(false);
  });
});
