import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { sha256Of } from '../../ml/export/exported-file.ts';
import { readModelJson, writeModelJson } from '../../ml/export/model-json.ts';
import { readProject } from '../../tools/lens/files/project.ts';
import { buildLens } from '../../tools/lens/project/build.ts';
import { installModel } from '../../tools/lens/project/install.ts';
import { readLensModel } from '../../tools/lens/project/lens-model.ts';
import { validateProject } from '../../tools/lens/validate/validate.ts';
import { readProgram } from '../../tools/simulator/project/read-program.ts';
import { temporaryFolder } from '../data/helpers.ts';
import { landmarkOnnx, SIDE } from '../simulator/landmark-models.ts';

/** How many files may still be written before the disk is full. */
const disk = vi.hoisted(() => ({ left: Number.POSITIVE_INFINITY }));
vi.mock('../../ml/core/files.ts', async (original) => {
  const files = await original<typeof import('../../ml/core/files.ts')>();
  return {
    ...files,
    writeAtomic: async (path: string, content: Uint8Array | string) => {
      if (disk.left-- <= 0) throw new Error('the disk is full');
      await files.writeAtomic(path, content);
    },
  };
});

const MODEL = resolve('ml/models/emotion');

/** A model of a picture and landmarks in floats. */
async function writeLandmarkModel(folder: string, landmarks?: number): Promise<void> {
  const model = await readModelJson(join(MODEL, 'model.json'));
  const [file] = model.files;
  const bytes = landmarkOnnx(landmarks);
  const input = { ...file.input, shape: [1, 3, SIDE, SIDE] };
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, file.name), bytes);
  await writeModelJson(join(folder, 'model.json'), {
    ...model,
    files: [{ ...file, bytes: bytes.length, sha256: sha256Of(bytes), input }],
  });
}
const DETECTOR = 'Assets/EmotionDetector';
const TFLITE = `${DETECTOR}/emotion.int8.tflite`;
const ONNX = `${DETECTOR}/emotion.onnx`;

describe('installing a model', () => {
  const fresh = temporaryFolder();
  const project = temporaryFolder();
  const at = (path: string) => join(project, path);
  beforeAll(async () => {
    await buildLens(fresh);
  });
  beforeEach(() => {
    disk.left = Number.POSITIVE_INFINITY;
    rmSync(project, { recursive: true });
    cpSync(fresh, project, { recursive: true });
  });
  const install = async (format: 'tflite' | 'onnx') => installModel(project, await readLensModel(MODEL, format));
  const ids = (path: string) =>
    [...readFileSync(at(`${path}.meta`), 'utf8').matchAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g)].flat();

  it('there and back keeps the ids, and leaves one model', async () => {
    const before = readFileSync(at(`${TFLITE}.meta`), 'utf8');
    const idsBefore = ids(TFLITE);
    expect(await install('onnx')).toEqual({ path: ONNX, removed: TFLITE });
    expect(readdirSync(at(DETECTOR)).filter((name) => /tflite|onnx/.test(name))).toEqual([
      'emotion.onnx',
      'emotion.onnx.meta',
    ]);
    expect(ids(ONNX)).toEqual(idsBefore);
    expect(readFileSync(at(ONNX)).equals(readFileSync(join(MODEL, 'emotion.onnx')))).toBe(true);
    // Lens Studio's shapes are width, height, channels, whatever the layout in the file.
    expect(readFileSync(at(`${ONNX}.meta`), 'utf8')).toBe(before);
    expect(await install('tflite')).toEqual({ path: TFLITE, removed: ONNX });
    expect(readFileSync(at(`${TFLITE}.meta`), 'utf8')).toBe(before);
    expect(await install('tflite')).toEqual({ path: TFLITE, removed: null });
    expect((await buildLens(project)).written).toEqual([]);
  });

  it('works in a project of someone else, by the link of the detector', async () => {
    for (const name of ['Assets/Scene.scene', `${TFLITE}.meta`])
      writeFileSync(
        at(name),
        readFileSync(at(name), 'utf8').replaceAll(ids(TFLITE)[1], '11111111-2222-4333-8444-555555555555'),
      );
    mkdirSync(at('Assets/Mine'));
    for (const ending of ['', '.meta']) renameSync(at(TFLITE + ending), at(`Assets/Mine/faces.tflite${ending}`));
    renameSync(at('EmotionLens.esproj'), at('Mine.esproj'));
    expect(await install('onnx')).toEqual({ path: 'Assets/Mine/emotion.onnx', removed: 'Assets/Mine/faces.tflite' });
    expect(ids('Assets/Mine/emotion.onnx')).toContain('11111111-2222-4333-8444-555555555555');
    expect(readdirSync(at('Assets/Mine')).sort()).toEqual(['emotion.onnx', 'emotion.onnx.meta']);
  });

  it.each([0, 1])('leaves a whole project when it stops after %i files', async (files) => {
    const model = await readLensModel(MODEL, 'onnx');
    disk.left = files;
    await expect(installModel(project, model)).rejects.toThrow('the disk is full');
    const { definitions, assets } = await readProject(project);
    const [, asset] = ids(files === 0 ? TFLITE : ONNX);
    expect(definitions.get(asset)).toHaveLength(1);
    const [holder] = assets.filter(({ meta }) => meta?.primary === asset);
    expect(readFileSync(at(holder.path)).equals(readFileSync(join(MODEL, holder.path.split('/').pop()!)))).toBe(true);
    disk.left = Number.POSITIVE_INFINITY;
    await install('onnx');
    expect([TFLITE, `${TFLITE}.meta`].filter((path) => existsSync(at(path)))).toEqual([]);
  });

  it('refuses a folder without a project, without a detector, without a linked model', async () => {
    const model = await readLensModel(MODEL, 'tflite');
    await expect(installModel(MODEL, model)).rejects.toThrow(/is no Lens Studio project/);
    const scene = readFileSync(at('Assets/Scene.scene'), 'utf8');
    writeFileSync(
      at('Assets/Scene.scene'),
      scene.replace(/ {6}model: .*\n/, '      model: !<reference.MLAsset> 00000000-0000-0000-0000-000000000000\n'),
    );
    await expect(installModel(project, model)).rejects.toThrow(
      /no EmotionDetector with a model in its scene; add the component/,
    );
    rmSync(at(`${DETECTOR}/EmotionDetector.ts`));
    await expect(installModel(project, model)).rejects.toThrow(
      /has no EmotionDetector script; drag EmotionDetector\.lspkg/,
    );
  });

  it('of a picture and landmarks declares both to Lens Studio, and it fits', async () => {
    const folder = join(fresh, 'landmark model');
    await writeLandmarkModel(folder);
    await installModel(project, await readLensModel(folder, 'onnx'));
    const { assets, problems } = await readProgram(project);
    expect(problems).toEqual([]);
    const [{ inputs }] = assets.filter((asset) => asset.kind === 'model');
    expect(inputs.map(({ name, shape }) => [name, shape])).toEqual([
      ['image', [8, 8, 3]],
      ['landmarks', [1, 1, 136]],
    ]);
    expect(inputs[0].scale).toEqual(new Array(3).fill(0.007843));
    expect([...new Set(inputs[1].scale), ...new Set(inputs[1].bias)]).toEqual([1, 0]);
    const { findings } = await validateProject(project);
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('refuses to take the place of another asset', async () => {
    writeFileSync(at(`${ONNX}.meta`), readFileSync(at(`${TFLITE}.meta`), 'utf8').replace(/[0-9a-f]{8}-/g, '99999999-'));
    writeFileSync(at(ONNX), 'mine');
    await expect(install('onnx')).rejects.toThrow(/emotion\.onnx is another asset of the project already/);
    expect(readFileSync(at(ONNX), 'utf8')).toBe('mine');
  });
});

describe('a model that does not fit the lens is refused', () => {
  const folder = temporaryFolder();
  const json = join(folder, 'model.json');
  const tflite = join(folder, 'emotion.int8.tflite');
  // biome-ignore lint/suspicious/noExplicitAny: broken on purpose
  const change = (edit: (model: any) => void) => {
    const model = JSON.parse(readFileSync(json, 'utf8'));
    edit(model);
    writeFileSync(json, JSON.stringify(model));
  };
  // biome-ignore lint/suspicious/noExplicitAny: as above
  const form = (model: any) => model.files.find(({ format }: { format: string }) => format === 'tflite');
  const refused = (message: RegExp) => expect(readLensModel(folder, 'tflite')).rejects.toThrow(message);
  beforeEach(() => {
    for (const name of ['model.json', 'emotion.int8.tflite']) cpSync(join(MODEL, name), join(folder, name));
  });

  it('for its labels', async () => {
    change((model) => model.labels.reverse());
    await refused(/labels are Neutral, Surprise[\s\S]*needs Angry, Disgust/);
  });

  it.each([
    [[1, 96, 64, 3], /takes \[1,96,64,3\] \(NHWC\); the lens gives it one square RGB picture/],
    [[1, 48, 48, 1], /takes \[1,48,48,1\]/],
    [[2, 96, 96, 3], /takes \[2,96,96,3\]/],
  ])('for its input %j', async (shape, message) => {
    change((model) => {
      form(model).input.shape = shape;
    });
    await refused(message);
  });

  it('for landmarks of another length', async () => {
    await writeLandmarkModel(folder, 134);
    await expect(readLensModel(folder, 'onnx')).rejects.toThrow(
      /takes landmarks \(1 × 1 × 134\) beside its picture; the lens gives it landmarks \(1 × 1 × 136\) or nothing/,
    );
  });

  it('for its output', async () => {
    change((model) => {
      form(model).output.shape = [1, 1, 1, 8];
    });
    await refused(/answers \[1,1,1,8\]; the lens reads 7 probabilities/);
  });

  it('for another SHA-256', async () => {
    truncateSync(tflite, 1000);
    await refused(/is not the file that model\.json describes: its SHA-256 is [0-9a-f]{64}, expected [0-9a-f]{64}/);
  });

  it('for a size above the limit', async () => {
    truncateSync(tflite, 10_000_001);
    await refused(/has 10,000,001 bytes; all ML assets of a lens have 10,000,000 at most/);
  });

  it('for being damaged, though its SHA-256 is right', async () => {
    truncateSync(tflite, 100_000);
    change((model) => {
      form(model).sha256 = sha256Of(readFileSync(tflite));
    });
    await refused(/emotion\.int8\.tflite/);
  });

  it('for lacking the format, the file, or the description', async () => {
    change((model) => {
      model.files = [form(model)];
    });
    await expect(readLensModel(folder, 'onnx')).rejects.toThrow(
      /no model for --format onnx \(files: emotion\.int8\.tflite\)/,
    );
    rmSync(tflite);
    await refused(/cannot read .*emotion\.int8\.tflite: it does not exist/);
    rmSync(json);
    await refused(/cannot read .*model\.json: it does not exist/);
  });

  it('for operators that SnapML does not take', async () => {
    for (const name of ['emotion.int8.onnx']) cpSync(join(MODEL, name), join(folder, name));
    change((model) => {
      model.files = model.files.filter(({ name }: { name: string }) => name === 'emotion.int8.onnx');
      model.files[0].numbers = 'float32';
    });
    await expect(readLensModel(folder, 'onnx')).rejects.toThrow(/emotion\.int8\.onnx: SnapML will not take it: /);
  });
});
