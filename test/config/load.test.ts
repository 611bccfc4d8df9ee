import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadConfig, parseAssignment } from '../../ml/config/load.ts';
import { SYNTHETIC_PRESET } from '../../ml/config/preset.ts';
import { ConfigSchema } from '../../ml/config/schema.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'config-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function fileOf(text: string, name = 'run.yaml'): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return path;
}

/** Message of the error that a file and assignments give, without the folder. */
async function errorOf(text: string | undefined, ...assignments: string[]): Promise<string> {
  const file = text === undefined ? undefined : await fileOf(text);
  try {
    await loadConfig(file, assignments.map(parseAssignment));
  } catch (thrown) {
    expect((thrown as Error).name).toBe('UserError');
    return (thrown as Error).message.replaceAll(`${folder}/`, '');
  }
  return 'no error';
}

describe('loadConfig', () => {
  it('gives the defaults for photographs', async () => {
    const config = await loadConfig(undefined, [parseAssignment('data.source=fer2013.csv')]);
    expect(config).toEqual(ConfigSchema.parse({ data: { source: 'fer2013.csv' } }));
  });

  it('gives the preset for drawn faces, which is valid', async () => {
    const config = await loadConfig(undefined, []);
    expect(config).toEqual(ConfigSchema.parse(SYNTHETIC_PRESET));
    expect(config).not.toEqual(ConfigSchema.parse({}));
  });

  it('reads YAML, JSON and JSON with tabs alike', async () => {
    const expected = ConfigSchema.parse({ data: { source: 'a.csv' }, train: { targets: ['votes', 'original'] } });
    const yaml = 'data: { source: a.csv }\ntrain:\n  # soft first\n  targets: [votes, original]\naugment:\n';
    const json = { data: { source: 'a.csv' }, train: { targets: ['votes', 'original'] } };
    expect(await loadConfig(await fileOf(yaml), [])).toEqual(expected);
    expect(await loadConfig(await fileOf(JSON.stringify(json), 'run.json'), [])).toEqual(expected);
    expect(await loadConfig(await fileOf(JSON.stringify(json, null, '\t'), 'tabs.json'), [])).toEqual(expected);
    expect(await loadConfig(await fileOf('', 'empty.yaml'), [])).toEqual(await loadConfig(undefined, []));
  });

  it('reads fields and values by the names of version 0.1', async () => {
    const file = 'data: { source: a.csv, extra: CK+48 }\nmodel: { landmarks: beside }\nquantize: { edges: uint8 }\n';
    const { data, model, quantize } = await loadConfig(await fileOf(file), [
      parseAssignment('quantize.observer=average'),
    ]);
    expect(data.extraDataset).toBe('CK+48');
    expect(model.landmarks).toBe('fused');
    expect([quantize.ioType, quantize.observer]).toEqual(['uint8', 'movingAverage']);
    expect((await loadConfig(undefined, [parseAssignment('model.landmarks=alone')])).model.landmarks).toBe(
      'landmarksOnly',
    );
  });

  it('reads back what it resolved', async () => {
    const config = await loadConfig(undefined, [parseAssignment('train.epochs=3'), parseAssignment('model.width=1')]);
    expect(await loadConfig(await fileOf(JSON.stringify(config), 'config.json'), [])).toEqual(config);
  });

  it('lets flags win over the file, the file over the preset, and later flags over earlier ones', async () => {
    const epochs = fc.option(fc.integer({ min: 1, max: 99 }), { nil: undefined });
    const source = fc.constantFrom('synthetic', 'faces.csv');
    await fc.assert(
      fc.asyncProperty(source, epochs, fc.array(fc.integer({ min: 1, max: 99 })), async (from, inFile, flags) => {
        const file = await fileOf(JSON.stringify({ data: { source: from }, train: { epochs: inFile } }));
        const config = await loadConfig(
          file,
          flags.map((n) => parseAssignment(`train.epochs=${n}`)),
        );
        const base = from === 'synthetic' ? SYNTHETIC_PRESET.train.epochs : ConfigSchema.parse({}).train.epochs;
        expect(config.train.epochs).toBe(flags.at(-1) ?? inFile ?? base);
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    ['train.targets=original, votes', { train: { targets: ['original', 'votes'] } }],
    ['train.targets=[votes]', { train: { targets: ['votes'] } }],
    ['train.replicas=auto', { train: { replicas: 'auto' } }],
    ['train.replicas=2', { train: { replicas: 2 } }],
    ['train.learningRate=1e-3', { train: { learningRate: 0.001 } }],
    ['data.votes=null', { data: { votes: null } }],
    ['data.votes=2013', { data: { votes: '2013' } }],
    ['data.keepConstant=true', { data: { keepConstant: true } }],
    ['data.cache=a=b', { data: { cache: 'a=b' } }],
  ])('reads --set %s', async (text, expected) => {
    expect(await loadConfig(undefined, [parseAssignment(text)])).toMatchObject(expected);
  });
});

describe('errors of loadConfig', () => {
  it.each([
    ['train:\n  epochs: many\n', 'run.yaml:2:11: train.epochs is "many"; expected a whole number from 1 to 100000'],
    [
      'train: { batchSize: 1 }',
      'run.yaml:1:21: train.batchSize is 1; expected a whole number from 2 to 4096 ' +
        '(images per optimizer step, over all replicas)',
    ],
    ['seed: 1.5', 'run.yaml:1:7: seed is 1.5; expected a whole number from 0 to 4294967295'],
    ['seed: .inf', 'run.yaml:1:7: seed is Infinity; expected a whole number from 0 to 4294967295'],
    ['train: { learningRate: 0 }', 'train.learningRate is 0; expected a number greater than 0'],
    ['train: { replicas: some }', 'train.replicas is "some"; expected "auto" or a whole number from 1 to 64'],
    [
      'train: { targets: [votes, votes] }',
      '["votes","votes"]; expected a list of "original" or "votes" or "majority" or "blended" without repeats',
    ],
    ['data: { skipBadRows: 1 }', 'data.skipBadRows is 1; expected true or false'],
    ['data: { votes: 5 }', 'data.votes is 5; expected text or null'],
    ['train:\n  epoch: 3\n', 'run.yaml:2:3: unknown field "train.epoch"; did you mean train.epochs?'],
    ['epochs: 3', 'run.yaml:1:1: unknown field "epochs"; did you mean train.epochs?'],
    [
      'xyzzyplugh: 3',
      'run.yaml:1:1: unknown field "xyzzyplugh"; the known fields are seed, runs, hideFaces, data.source',
    ],
    ['{ "__proto__": { "seed": 2 } }', 'run.yaml:1:3: unknown field "__proto__"; the known fields are seed'],
    ['train: 5', 'run.yaml:1:8: train is 5; expected fields, for example train.targets'],
    ['- seed', 'run.yaml:1:1: the configuration is ["seed"]; expected fields, for example seed'],
    ['seed: 1\nseed: 2', 'run.yaml:2:1: invalid YAML or JSON: Map keys must be unique'],
    ['{ "seed": 1,, }', 'run.yaml:1:13: invalid YAML or JSON'],
    ['seed: *none', 'run.yaml: Unresolved alias'],
    ['train: &a\n  epochs: *a\n', 'run.yaml:2:11: *a refers to a value that contains it; write the values out'],
    ['train: { targets: &a [[*a]] }', 'run.yaml:1:24: *a refers to a value that contains it'],
    ['train: { epochs: 1e9 }', 'train.epochs is 1000000000; expected a whole number from 1 to 100000'],
    ['quantize: { epochs: 1e9 }', 'quantize.epochs is 1000000000; expected a whole number from 1 to 100000'],
  ])('file %j', async (text, message) => {
    expect(await errorOf(text)).toContain(message);
  });

  it.each([
    ['epochs', '--set epochs: expected field=value, for example --set train.epochs=5'],
    ['train=5', '--set train=5: unknown field "train"; it is a section with the fields train.targets, train.epochs'],
    ['model.widht=1', '--set model.widht=1: unknown field "model.widht"; did you mean model.width?'],
    ['train.epochs=', '--set train.epochs=: train.epochs is ""; expected a whole number from 1 to 100000'],
    ['train.epochs=NaN', '--set train.epochs=NaN: train.epochs is "NaN"; expected a whole number'],
    ['constructor.name=x', 'unknown field "constructor.name"'],
  ])('--set %s', async (text, message) => {
    expect(await errorOf(undefined, text)).toContain(message);
  });

  it('names the flag when the flag is wrong, and the file when the file is', async () => {
    expect(await errorOf('train: { epochs: 2 }', 'train.epochs=0')).toMatch(/^--set train\.epochs=0: /);
    expect(await errorOf('train: { epochs: 0 }', 'train.batchSize=8')).toMatch(/^run\.yaml:1:18: /);
  });

  it('names a file that is missing, a directory or far too large', async () => {
    await expect(loadConfig(join(folder, 'none.yaml'), [])).rejects.toThrow(/none\.yaml: it does not exist/);
    await expect(loadConfig(folder, [])).rejects.toThrow(/it is a directory/);
    await expect(loadConfig(await fileOf('#'.repeat(2 ** 16 + 1)), [])).rejects.toThrow(/at most 65536/);
  });

  it('takes an alias for what was written elsewhere', async () => {
    const file = await fileOf('data: { fold: &n 3 }\ntrain: { epochs: *n }\n');
    expect(await loadConfig(file, [])).toMatchObject({ data: { fold: 3 }, train: { epochs: 3 } });
  });

  it('refuses a file that grows without bound when its aliases are written out', async () => {
    const levels = Array.from(
      { length: 12 },
      (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(', ')}]`,
    );
    expect(await errorOf(['a0: &a0 [x]', ...levels].join('\n'))).toMatch(/run\.yaml/);
  });
});
