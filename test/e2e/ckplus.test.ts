import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random } from '../../ml/core/random.ts';
import { FACE_PIXELS } from '../../ml/data/dataset.ts';
import { startIn } from './program.ts';

const CLASSES = ['anger', 'contempt', 'disgust', 'fear', 'happy', 'sadness', 'surprise'];
const SUBJECTS = 8;
const TINY = ['--size', '32', '--width', '0.35', '--batch-size', '16', '--set', 'train.replicas=1'];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ckplus-'));
  const random = new Random(3);
  for (let subject = 1; subject <= SUBJECTS; subject++) {
    for (const [label, name] of CLASSES.entries()) {
      await mkdir(join(folder, 'CK', name), { recursive: true });
      for (const frame of [10, 11, 12]) {
        const pixels = Uint8Array.from({ length: FACE_PIXELS }, (_, p) =>
          Math.floor((p % 48) / 7) === label ? 180 + random.integer(40) : 60 + random.integer(40),
        );
        const file = `S${String(subject).padStart(3, '0')}_00${label + 1}_000000${frame}.png`;
        const image = sharp(pixels, { raw: { width: 48, height: 48, channels: 1 } });
        await image.png().toFile(join(folder, 'CK', name, file));
      }
    }
  }
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const start = (...args: string[]) => startIn(folder, ...args);

const run = (...args: string[]) => start(...args).ended;

describe('cross-validate', () => {
  const order = ['cross-validate', '--data', 'CK', ...TINY, '--folds', '2', '--epochs', '3', '--contempt'];

  it('tests every subject once, and when it is stopped and resumed gives the same figures', async () => {
    const { code, stdout, stderr } = await run(...order, '--name', 'whole', '--json');
    expect(code, stderr).toBe(0);
    const whole = JSON.parse(stdout);
    expect(whole.folds.map(({ faces }: { faces: number }) => faces)).toEqual([84, 84]);
    expect(whole.pooled.count).toBe(SUBJECTS * CLASSES.length * 3);
    expect(whole.classes.at(-1)).toBe('Contempt');
    expect(JSON.parse(await readFile(join(folder, whole.run, 'cross-validation.json'), 'utf8')).pooled).toEqual(
      whole.pooled,
    );

    const { child, output, ended } = start(...order, '--name', 'parts');
    child.stderr.on('data', () => {
      if (output.stderr.includes('fold 2 of 2')) child.kill('SIGINT');
    });
    const stopped = await ended;
    if (process.platform === 'win32') return;
    expect(stopped.code, stopped.stderr).toBe(130);
    const [, parts] = /cross-validate --resume (\S+)\n/.exec(stopped.stdout) ?? [];
    const resumed = await run('cross-validate', '--resume', parts, '--json');
    expect(resumed.code, resumed.stderr).toBe(0);
    const { run: _, ...figures } = JSON.parse(resumed.stdout);
    const { run: __, ...expected } = whole;
    expect(figures).toEqual(expected);
    const table = await run('cross-validate', '--resume', parts, '--quiet');
    expect(table.stdout).toMatch(/mean ± sd of 2 folds: accuracy \d+\.\d\d ± \d+\.\d\d %/);
  });

  it('begins with the network of a run on other faces', async () => {
    const drawn = await run('train', ...TINY, '--set', 'data.syntheticCount=140', '--epochs', '1', '--json');
    const init = ['--init', JSON.parse(drawn.stdout).run, '--folds', '2', '--epochs', '1', '--batch-size', '16'];
    const trained = await run('cross-validate', '--data', 'CK', ...init, '--contempt', '--json');
    expect(trained.code, trained.stderr).toBe(0);
    expect(trained.stderr).toContain('weights: runs');
    expect(JSON.parse(trained.stdout).classes).toHaveLength(8);
  });

  it('says what does not suit it, and leaves nothing behind', async () => {
    const before = await readdir(join(folder, 'runs'));
    const errors: [string[], string][] = [
      [['--data', 'synthetic'], 'does not say whose faces it shows'],
      [['--data', 'CK', '--fold', '1'], 'tests every fold; remove --fold'],
      [['--data', 'CK', '--refine', 'm.csv'], 'tests every face of CK, and test faces are never changed'],
      [['--data', 'CK', '--targets', 'original,votes'], 'trains one head'],
      [['--data', 'CK', '--folds', '9'], 'there are only 8 subjects'],
      [['--resume', 'runs', '--init', 'x.onnx'], '--init: a resumed run keeps its own configuration'],
    ];
    for (const [args, message] of errors) {
      const { code, stderr } = await run('cross-validate', ...args, '--quiet');
      expect([code, stderr]).toEqual([1, expect.stringContaining(message)]);
    }
    expect(await readdir(join(folder, 'runs'))).toEqual(before);
  });
});

describe('build on CK+', () => {
  it('trains on the other subjects, tests on those of the fold, and hides the faces', async () => {
    const args = ['--data', 'CK', '--fold', '0', '--folds', '4', '--epochs', '2', '--hide-faces', '--name', 'ck'];
    const quantize = ['--set', 'quantize.epochs=1', '--set', 'quantize.images=32'];
    const built = await run('build', ...TINY, ...args, ...quantize, '--json');
    expect(built.code, built.stderr).toBe(0);
    const { data, models, report, run: place } = JSON.parse(built.stdout);
    expect(data.subjects).toEqual({ Training: 6, PublicTest: 0, PrivateTest: 2 });
    const protocols = models[0].evaluation.results.map(({ protocol }: { protocol: string }) => protocol);
    expect(protocols).toEqual(['ckplus', 'ckplus-restricted']);
    expect(await readFile(join(folder, report), 'utf8')).not.toContain('<img');
    expect(built.stderr).not.toContain('PublicTest accuracy');

    const seen = await run('cross-validate', '--data', 'CK', '--init', place, '--quiet');
    expect([seen.code, seen.stderr]).toEqual([1, expect.stringContaining('trained on CK+ (fold 0 of 4 held out)')]);

    // The whole set on a model of other data, the fold alone on the run that has seen the rest.
    const whole = await run('evaluate', models[0].file.path, '--data', 'CK', '--json');
    const fold = await run('evaluate', place, '--data', 'CK', '--json');
    const counts = [whole, fold].map(({ stdout }) => JSON.parse(stdout).evaluations[0].results[0].metrics.count);
    expect(counts).toEqual([SUBJECTS * 6 * 3, 2 * 6 * 3]);
  });

  it('refuses to train on all of it, or on contempt', async () => {
    const all = await run('train', '--data', 'CK', ...TINY, '--quiet');
    expect([all.code, all.stderr]).toEqual([1, expect.stringMatching(/all subjects of CK are reserved.*--fold 0/)]);
    const contempt = await run(
      'train',
      '--data',
      'CK',
      '--fold',
      '0',
      '--folds',
      '2',
      '--contempt',
      ...TINY,
      '--quiet',
    );
    expect([contempt.code, contempt.stderr]).toEqual([1, expect.stringContaining('contempt is not one of them')]);
  });

  it('says which picture has another size, and writes nothing', async () => {
    await mkdir(join(folder, 'mixed', 'happy'), { recursive: true });
    const source = join(folder, 'CK', 'happy');
    for (const name of (await readdir(source)).slice(0, 4))
      await copyFile(join(source, name), join(folder, 'mixed', 'happy', name));
    const large = sharp({ create: { width: 64, height: 64, channels: 3, background: 'grey' } });
    await writeFile(join(folder, 'mixed', 'happy', 'S099_001_00000001.png'), await large.png().toBuffer());
    const { code, stdout, stderr } = await run(
      'build',
      '--data',
      'mixed',
      '--fold',
      '0',
      '--folds',
      '2',
      '--name',
      'mixed',
    );
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/S099_001_00000001\.png: it has 64×64 pixels, but the others have 48×48/);
    const runs = existsSync(join(folder, 'runs')) ? await readdir(join(folder, 'runs')) : [];
    expect(runs.filter((name) => name.includes('mixed'))).toEqual([]);
  });
});
