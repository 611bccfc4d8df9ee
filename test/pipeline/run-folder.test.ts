import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Config, ConfigSchema } from '../../ml/config/schema.ts';
import { checkRunName, createRun, modelFolder, openRun } from '../../tools/pipeline/run-folder.ts';

const NEW_YEAR = new Date(2026, 0, 1, 0, 5);
let runs: string;
beforeAll(async () => {
  runs = await mkdtemp(join(tmpdir(), 'runs-'));
});
afterAll(() => rm(runs, { recursive: true }));

const configOf = (source: string, more: object = {}): Config => ConfigSchema.parse({ runs, data: { source }, ...more });

describe('createRun', () => {
  it.each([
    ['synthetic', '2026-01-01-synthetic-96'],
    ['/data/fer2013.csv', '2026-01-01-fer2013-96'],
    ['data/icml_face_data.csv.gz', '2026-01-01-icml_face_data-96'],
    ['my faces (new)/', '2026-01-01-my-faces-new--96'],
    ['..', '2026-01-01-data-96'],
  ])('names the run of %s %s', async (source, expected) => {
    const run = await createRun(configOf(source), undefined, NEW_YEAR);
    expect(run.folder).toBe(join(runs, expected));
  });

  it('counts on when the name is taken, and keeps the configuration', async () => {
    const config = configOf('synthetic', { seed: 7 });
    const folders = [];
    for (let i = 0; i < 3; i++) folders.push((await createRun(config, 'mine', NEW_YEAR)).folder);
    expect(folders).toEqual(['', '-2', '-3'].map((end) => join(runs, `2026-01-01-mine${end}`)));
    expect(JSON.parse(await readFile(join(folders[2], 'config.json'), 'utf8'))).toEqual(config);
    expect(await openRun(folders[2])).toEqual({ folder: folders[2], config });
  });

  it('says what is in the way', async () => {
    const file = join(runs, 'file');
    await writeFile(file, '');
    const config = configOf('synthetic', { runs: file });
    await expect(createRun(config, undefined, NEW_YEAR)).rejects.toThrow(/file\/2026.*is a file, not a directory/);
  });
});

describe('checkRunName', () => {
  it.each(['../outside', '.hidden', 'a b', '', 'x'.repeat(200)])('refuses %j', (name) => {
    expect(() => checkRunName(name)).toThrow(/^--name /);
  });

  it.each(['fer2013-96', 'v1.2', '_', 'x'.repeat(100)])('takes %j', (name) => {
    expect(() => checkRunName(name)).not.toThrow();
  });
});

describe('openRun', () => {
  it('refuses a folder without a configuration', async () => {
    await expect(openRun(runs)).rejects.toThrow(/config\.json: it does not exist/);
  });
});

describe('modelFolder', () => {
  it('has one folder for each head, or one for the only head', () => {
    const config = configOf('synthetic');
    expect(modelFolder({ folder: 'r', config }, 'original')).toBe(join('r', 'model'));
    const both = configOf('synthetic', { train: { targets: ['original', 'votes'] } });
    expect(modelFolder({ folder: 'r', config: both }, 'votes')).toBe(join('r', 'model-votes'));
  });
});
