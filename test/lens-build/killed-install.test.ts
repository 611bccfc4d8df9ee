import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { isLock } from '../../ml/core/lock.ts';
import { buildLens } from '../../tools/lens-build/build.ts';
import { installModel } from '../../tools/lens-build/install.ts';
import { type LensModel, readLensModel } from '../../tools/lens-build/lens-model.ts';
import { validateProject } from '../../tools/lens-validate/validate.ts';
import { temporaryFolder } from '../data/helpers.ts';
import { writeLandmarkModel } from './landmark-model.ts';

vi.mock('../../tools/lens-validate/type-check.ts', async (original) =>
  (await import('../lens-validate/remembered.ts')).rememberTypes(await original()),
);
vi.mock('../../tools/lens-studio/yaml/parse.ts', async (original) =>
  (await import('../lens-validate/remembered.ts')).rememberYaml(await original()),
);
vi.mock('../../tools/lens-studio/analysis/read-scripts.ts', async (original) =>
  (await import('../lens-validate/remembered.ts')).rememberScripts(await original()),
);

/** How many more changes the disk takes; a process that is killed changes nothing more, not even to tidy up. */
const disk = vi.hoisted(() => ({ changes: Number.POSITIVE_INFINITY }));
vi.mock('node:fs/promises', async (original) => {
  const fs = await original<typeof import('node:fs/promises')>();
  const limited = <A extends unknown[], R>(change: (...values: A) => Promise<R>) => {
    return (...values: A) => (disk.changes-- > 0 ? change(...values) : Promise.reject(new Error('killed')));
  };
  const open = async (...values: Parameters<typeof fs.open>) => {
    if (values[1] === undefined || values[1] === 'r') return fs.open(...values);
    const handle = await limited(fs.open)(...values);
    handle.writeFile = limited(handle.writeFile.bind(handle)) as typeof handle.writeFile;
    return handle;
  };
  return { ...fs, open, rename: limited(fs.rename), rm: limited(fs.rm), mkdir: limited(fs.mkdir) };
});

// Its lock stays.
vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const rmSync: typeof fs.rmSync = (...values) => {
    if (disk.changes > 0) fs.rmSync(...values);
  };
  return { ...fs, rmSync };
});

describe('an installation that is killed', () => {
  const fresh = temporaryFolder();
  const models = temporaryFolder();
  const project = temporaryFolder();
  let onnx: LensModel;
  let landmarks: LensModel;
  beforeAll(async () => {
    await buildLens(fresh);
    await writeLandmarkModel(models);
    onnx = await readLensModel(resolve('ml/models/emotion'), 'onnx');
    const read = await readLensModel(models, 'onnx');
    landmarks = { ...read, description: { ...read.description, actedBias: [1, 0, 0, 0, 0, 0, 0] } };
  });

  it.each([
    ['under another name', () => onnx, () => {}],
    [
      'of another size, with landmarks and a bias of its own under the same name',
      () => landmarks,
      () => installModel(fresh, onnx),
    ],
  ])(
    'after any of its changes leaves a project that is valid: a model %s',
    { timeout: 240_000 },
    async (_, modelOf, before) => {
      await before();
      let changes = 0;
      for (let installed = false; !installed; changes++) {
        rmSync(project, { recursive: true, force: true });
        cpSync(fresh, project, { recursive: true });
        disk.changes = changes;
        installed = await installModel(project, modelOf()).then(
          () => disk.changes >= 0,
          () => false,
        );
        disk.changes = Number.POSITIVE_INFINITY;
        const { findings } = await validateProject(project);
        expect(
          findings.filter(({ severity }) => severity === 'error'),
          `killed after ${changes} changes`,
        ).toEqual([]);
        // The process that the lock names lives on, so that the next installation would wait for it.
        for (const name of readdirSync(project).filter(isLock)) rmSync(join(project, name));
        await installModel(project, modelOf());
        const left = readdirSync(join(project, 'Assets/EmotionDetector')).filter((name) => /onnx|tflite/.test(name));
        expect(left.filter((name) => !name.endsWith('.tmp'))).toEqual(['emotion.onnx', 'emotion.onnx.meta']);
        const scene = readFileSync(join(project, 'Assets/Scene.scene'), 'utf8');
        const [bias] = modelOf().description.actedBias!;
        expect(scene).toContain(`      actedBias: !<float[]>\n        - ${bias.toFixed(6)}\n`);
      }
      expect(changes).toBeGreaterThan(10);
    },
  );
});
