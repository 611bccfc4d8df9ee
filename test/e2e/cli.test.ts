import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import * as ort from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startIn } from './program.ts';

const TINY = ['--set', 'data.syntheticCount=280', '--size', '32', '--width', '0.35', '--batch-size', '32'];

interface Measured {
  file: { path: string };
  evaluation: { results: unknown };
}
type BuiltModel = Measured & { forms: (Measured & { name: string })[] };

let folder: string;
beforeAll(async () => {
  // One level down, so that nothing beside the system's temporary folders is taken for data.
  folder = join(await mkdtemp(join(tmpdir(), 'cli-')), 'work');
  await mkdir(folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const start = (...args: string[]) => startIn(folder, ...args);

const run = (...args: string[]) => start(...args).ended;

describe('build', () => {
  let built: { run: string; report: string; models: BuiltModel[] };
  let model: string;

  beforeAll(async () => {
    const { code, stdout, stderr } = await run('build', ...TINY, '--epochs', '1', '--name', 'tiny', '--json');
    expect(code, stderr).toBe(0);
    built = JSON.parse(stdout);
    model = built.models[0].file.path;
  });

  it('makes every file of a run', async () => {
    expect(built.run).toMatch(/^runs[/\\]\d{4}-\d\d-\d\d-tiny$/);
    expect((await readdir(join(folder, built.run), { recursive: true })).sort()).toEqual(
      [
        'best-original.safetensors',
        'checkpoint.safetensors',
        'config.json',
        'data.json',
        'metrics.jsonl',
        'model',
        join('model', 'emotion.float32.tflite'),
        join('model', 'emotion.int8.onnx'),
        join('model', 'emotion.int8.tflite'),
        join('model', 'emotion.onnx'),
        join('model', 'model.json'),
        join('model', 'ptq'),
        join('model', 'ptq', 'emotion.int8.onnx'),
        join('model', 'ptq', 'emotion.int8.tflite'),
        'qat-original',
        join('qat-original', 'best-original.safetensors'),
        join('qat-original', 'checkpoint.safetensors'),
        join('qat-original', 'config.json'),
        join('qat-original', 'metrics.jsonl'),
        'report.html',
      ].sort(),
    );
    const report = await readFile(join(folder, built.report), 'utf8');
    for (const part of [
      'PrivateTest',
      'Confusion matrix',
      'Augmentation',
      'model/emotion.onnx',
      'Quantization noise',
      'int8 TFLite',
    ]) {
      expect(report).toContain(part);
    }
  });

  it('exports a model that ONNX Runtime runs', async () => {
    const session = await ort.InferenceSession.create(join(folder, model));
    const image = new ort.Tensor('float32', new Float32Array(3 * 32 * 32), [1, 3, 32, 32]);
    const outputs = await session.run({ [session.inputNames[0]]: image });
    const probabilities = outputs[session.outputNames[0]].data as Float32Array;
    expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 4);
    await session.release();
  });

  it('evaluates the run and its file to the same figures, and writes a report only once', async () => {
    const ofRun = await run('evaluate', built.run, '--json');
    const data = ['--data', 'synthetic', '--set', 'data.syntheticCount=280', '--report', 'eval.html', '--json'];
    const ofFile = await run('evaluate', model, ...data);
    expect([ofRun.code, ofFile.code], ofRun.stderr + ofFile.stderr).toEqual([0, 0]);
    const [{ results }] = JSON.parse(ofRun.stdout).evaluations;
    expect(JSON.parse(ofFile.stdout).evaluations[0].results).toEqual(results);
    expect(built.models[0].evaluation.results).toEqual(results);
    expect(existsSync(join(folder, 'eval.html'))).toBe(true);
    const again = await run('evaluate', model, ...data);
    expect(again.code).toBe(1);
    expect(again.stderr).toMatch(/^error: eval\.html already exists; .*--force\n$/);
  });

  it('exports the same bytes again, but not over a file', async () => {
    const first = await run('export', built.run, '--head', 'original', '--out', 'lens', '--json');
    expect(first.code, first.stderr).toBe(0);
    expect(await readFile(join(folder, 'lens', 'emotion.onnx'))).toEqual(await readFile(join(folder, model)));
    const names = ['emotion.onnx', 'emotion.int8.onnx', 'emotion.int8.tflite'];
    for (const name of names) {
      expect(await readFile(join(folder, 'lens', name))).toEqual(
        await readFile(join(folder, built.run, 'model', name)),
      );
    }
    expect((await readdir(join(folder, 'lens'))).sort()).toEqual([...names, 'model.json'].sort());
    const description = async (...path: string[]) =>
      JSON.parse(await readFile(join(folder, ...path, 'model.json'), 'utf8'));
    const { files, ...rest } = await description(built.run, 'model');
    expect(await description('lens')).toEqual({
      ...rest,
      files: files.filter(({ name }: { name: string }) => names.includes(name)),
    });
    expect((await run('export', built.run, '--out', 'lens')).code).toBe(1);
    expect((await run('export', built.run, '--out', 'lens', '--force')).code).toBe(0);
    const other = await run('export', built.run, '--head', 'votes', '--out', 'other');
    expect(other.stderr).toMatch(/has the heads original; --head is votes\n$/);
  });

  it('evaluates the 8-bit files to the figures of the run', async () => {
    const data = ['--data', 'synthetic', '--set', 'data.syntheticCount=280', '--json'];
    const { forms } = built.models[0];
    expect(forms.map(({ name }) => name)).toEqual([
      'float TFLite',
      'PTQ, int8 ONNX',
      'QAT, int8 ONNX',
      'QAT, int8 TFLite',
    ]);
    for (const { file, evaluation } of forms.slice(2)) {
      const { code, stdout, stderr } = await run('evaluate', file.path, ...data);
      expect(code, stderr).toBe(0);
      expect(JSON.parse(stdout).evaluations[0].results).toEqual(evaluation.results);
    }
  });

  it('quantizes the run again by another method', async () => {
    const { code, stdout, stderr } = await run('quantize', built.run, '--method', 'ptq', '--json');
    expect(code, stderr).toBe(0);
    const [{ forms }] = JSON.parse(stdout).models;
    expect(forms.map(({ name }: { name: string }) => name)).toEqual([
      'float TFLite',
      'PTQ, int8 ONNX',
      'PTQ, int8 TFLite',
    ]);
    const wrong = await run('quantize', built.run, '--method', 'magic');
    expect([wrong.code, wrong.stderr]).toEqual([1, expect.stringMatching(/--method magic.*"ptq" or "qat"/)]);
    const none = await run('quantize', 'nowhere');
    expect([none.code, none.stderr]).toEqual([1, expect.stringMatching(/nowhere/)]);
  });

  it('quantizes an exported file in a run folder of its own', async () => {
    expect((await run('quantize', model)).stderr).toMatch(/does not say what it was trained on; add --data/);
    const data = ['--data', 'synthetic', '--set', 'data.syntheticCount=280', '--method', 'ptq', '--json'];
    const { code, stdout, stderr } = await run('quantize', model, ...data);
    expect(code, stderr).toBe(0);
    const { run: folderOfFile, models } = JSON.parse(stdout);
    expect(folderOfFile).toMatch(/quantize-emotion$/);
    expect(models[0].file.sha256).toBe((built.models[0].file as { sha256?: string }).sha256);
    expect(await readdir(join(folder, folderOfFile, 'model'))).toContain('emotion.int8.tflite');
    const described = await readFile(join(folder, folderOfFile, 'model', 'model.json'), 'utf8');
    expect(Object.keys(JSON.parse(described).training.config)).toEqual(['quantize']);
  });

  it('says how alike two files answer', async () => {
    const data = ['--data', 'synthetic', '--set', 'data.syntheticCount=280', '--json'];
    const { code, stdout, stderr } = await run('compare', model, model, ...data);
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout).splits).toEqual(
      ['PublicTest', 'PrivateTest'].map((split) => ({ split, faces: 28, top1: 1, largest: 0, mean: 0 })),
    );
    expect((await run('compare', model, model)).stderr).toMatch(/add --data/);
  });

  it('averages networks, and says what is wrong with shares', async () => {
    const average = (...args: string[]) => run('average', model, model, ...args);
    const { code, stdout, stderr } = await average('--shares', '2,1', '--out', 'mean', '--json');
    expect(code, stderr).toBe(0);
    expect(JSON.parse(stdout).model).toBe(join('mean', 'emotion.onnx'));
    expect((await run('check', join('mean', 'emotion.onnx'))).code).toBe(0);
    for (const [args, message] of [
      [['--out', 'mean'], /emotion\.onnx already exists; .*--force/],
      [['--shares', '1', '--out', 'other'], /--shares has 1 numbers for 2 models; give one for each/],
      [['--shares', '1,-2', '--out', 'other'], /--shares 1,-2: "-2" is not a number above 0/],
      [['nowhere.onnx', '--out', 'other'], /nowhere\.onnx/],
    ] as const) {
      const { code, stderr } = await average(...args);
      expect([code, stderr]).toEqual([1, expect.stringMatching(message)]);
    }
    expect((await run('average', model, '--out', 'other')).stderr).toMatch(/average takes two models or more/);
    expect(existsSync(join(folder, 'other'))).toBe(false);
  });

  it('checks the exported file', async () => {
    const { code, stdout } = await run('check', model, '--json');
    expect([code, JSON.parse(stdout).accepted]).toEqual([0, true]);
  });

  it('says how to train on FER2013 after drawn faces, and resumes a finished run', async () => {
    const { code, stdout, stderr } = await run('build', '--resume', built.run, '--quiet');
    expect(code, stderr).toBe(0);
    expect(stderr).toBe('');
    expect(stdout).toContain(built.report);
    expect(stdout).toMatch(/bin\.mjs build --data \S+ --votes \S+ --weights \S+ --targets original,votes\n/);
  });
});

describe('errors', () => {
  beforeAll(async () => {
    await mkdir(join(folder, 'empty'), { recursive: true });
    await writeFile(join(folder, 'file'), 'no data');
    await writeFile(join(folder, 'run.yaml'), 'train:\n  epoch: 3\n');
  });

  it.concurrent.each([
    [['train', '--data', 'none.csv'], 'cannot read none.csv: it does not exist; check the path'],
    [['train', '--config', 'empty'], 'cannot read empty: it is a directory; expected a file'],
    [['train', '--config', 'run.yaml'], 'run.yaml:2:3: unknown field "train.epoch"; did you mean train.epochs?'],
    [['train', '--set', 'model.widht=1'], 'unknown field "model.widht"; did you mean model.width?'],
    [['train', '--epochs', 'many'], '--epochs many: train.epochs is "many"; expected a whole number from 1 to 100000'],
    [['train', '--name', '../out'], '--name ../out: expected'],
    [['train', '--resume', 'empty'], 'cannot read empty/config.json: it does not exist'],
    [['train', '--resume', 'nowhere'], 'cannot read nowhere: it does not exist'],
    [['train', '--resume', 'x', '--seed', '2'], '--seed 2: a resumed run keeps its own configuration'],
    [['train', ...TINY, '--set', 'runs=file'], 'is a file, not a directory'],
    [['train', ...TINY, '--targets', 'votes'], 'need FER+ votes'],
    [['refine', '--data', 'none.csv', '--out', 'm.csv'], 'cannot read none.csv: it does not exist'],
    [['refine', '--data', 'synthetic', '--out', 'file'], 'file already exists; choose another place'],
    [
      ['refine', '--data', 'synthetic', '--folds', '1', '--out', 'm.csv'],
      '--folds 1: refine.folds is 1; expected 0 or',
    ],
    [
      ['refine', '--review', '--data', 'synthetic', '--out', 'file'],
      'file line 1: found "no data", expected the title line of a',
    ],
    [
      ['refine', '--set', 'data.refine=file', '--out', 'm.csv'],
      'data.refine is file, which applies a manifest in training',
    ],
    [['train', ...TINY, '--refine', resolve('ml/refine/fer2013.csv')], 'is the manifest of another data set'],
    [['train', ...TINY, '--refine', 'file'], 'file line 1: found "no data"'],
    [['evaluate', 'none.onnx', '--data', 'synthetic'], 'cannot read none.onnx: it does not exist'],
    [['evaluate', 'file'], 'file does not say what to evaluate it on; add --data'],
    [['evaluate', 'file', '--data', 'synthetic'], 'cannot load file'],
    [['evaluate', 'file', '--data', 'synthetic', '--force'], '--force needs --report; add it'],
    [['check', 'empty'], 'empty: it is a directory'],
    [['export', 'empty', '--out', 'lens'], 'cannot read empty/config.json'],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await run(...args, '--quiet');
    expect(stderr.replaceAll('\\', '/')).toContain(message);
    expect(stderr).toMatch(/^error: .*\n$/);
    expect([code, stdout]).toEqual([1, '']);
  });

  it.concurrent.each([
    [['train', '--epoch', '3'], "unknown option '--epoch'\n(Did you mean --epochs?)"],
    [['trian'], "unknown command 'trian'\n(Did you mean train?)"],
    [['export', 'runs'], "required option '--out <folder>' not specified"],
  ])('of the command line: %j', async (args, message) => {
    const { code, stderr } = await run(...args);
    expect(code).toBe(1);
    expect(stderr).toContain(`error: ${message}`);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it('leaves no run behind that never began', async () => {
    await run('train', ...TINY, '--targets', 'votes', '--name', 'never');
    const runs = existsSync(join(folder, 'runs')) ? await readdir(join(folder, 'runs')) : [];
    expect(runs.filter((name) => name.includes('never'))).toEqual([]);
  });

  it('prints a JSON document for machines, and a stack trace only with --verbose', async () => {
    const { stdout, stderr } = await run('check', 'none.onnx', '--json', '--verbose');
    expect(JSON.parse(stdout).error).toContain('none.onnx');
    expect(stderr).toMatch(/^\s+at /m);
  });
});

describe('doctor and help', () => {
  it('looks at the machine', async () => {
    const { code, stdout } = await run('doctor', '--json');
    const { ready, checks } = JSON.parse(stdout);
    expect([code, ready]).toEqual([0, true]);
    const status = Object.fromEntries(
      checks.map((check: { name: string; status: string }) => [check.name, check.status]),
    );
    expect(status).toMatchObject({ node: 'ok', onnxruntime: 'ok', training: 'ok', FER2013: 'warn' });
  });

  it('has help with examples', async () => {
    const { code, stdout } = await run('build', '--help');
    expect(code).toBe(0);
    expect(stdout).toMatch(/Examples:\n {2}\$ emotion-lens build/);
  });
});
