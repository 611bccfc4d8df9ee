import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { EMOTIONS } from '../../ml/core/emotions.ts';
import { UserError } from '../../ml/core/errors.ts';
import { withLock } from '../../ml/core/lock.ts';
import { ACTED_BIAS } from '../../ml/evaluate/prior.ts';
import { sha256Of } from '../../ml/model/exported-file.ts';
import { readModelJson } from '../../ml/model/model-json.ts';
import { buildLens } from '../../tools/lens-build/build.ts';
import { inputsOfModel } from '../../tools/lens-build/detector-inputs.ts';
import { installModel } from '../../tools/lens-build/install.ts';
import { type LensModel, readLensModel } from '../../tools/lens-build/lens-model.ts';
import { validateProject } from '../../tools/lens-validate/validate.ts';
import { readProgram } from '../../tools/simulator/load/read-program.ts';
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

/** How many files may still be written before the disk is full. */
const disk = vi.hoisted(() => ({ left: Number.POSITIVE_INFINITY }));
vi.mock('../../ml/core/files.ts', async (original) => {
  const files = await original<typeof import('../../ml/core/files.ts')>();
  const limited =
    <T>(write: (path: string, content: Uint8Array | string) => Promise<T>) =>
    (path: string, content: Uint8Array | string) =>
      disk.left-- > 0 ? write(path, content) : Promise.reject(new Error('the disk is full'));
  return { ...files, writeAtomic: limited(files.writeAtomic), writeBeside: limited(files.writeBeside) };
});

const MODEL = resolve('ml/models/emotion');

/** Every file below a folder with its content. */
function contentOf(folder: string): Map<string, string> {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return new Map(
    files.map(({ parentPath, name }) => [join(parentPath, name), sha256Of(readFileSync(join(parentPath, name)))]),
  );
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

  /** The scene's bias for acted faces. */
  const biasOf = (text: string) =>
    [.../actedBias: !<float\[\]>\n((?: {8}- .*\n)+)/.exec(text)![1].matchAll(/- (\S+)/g)].map(([, value]) =>
      Number(value),
    );
  const OWN = [1, 0.5, 0, -1, 0, 0.25, -0.125];
  /** The shipped model with other things in its `model.json`. */
  async function variant(changes: object): Promise<LensModel> {
    const folder = temporaryFolder();
    cpSync(join(MODEL, 'emotion.int8.tflite'), join(folder, 'emotion.int8.tflite'));
    const model = JSON.parse(readFileSync(join(MODEL, 'model.json'), 'utf8'));
    writeFileSync(join(folder, 'model.json'), JSON.stringify({ ...model, ...changes }));
    return readLensModel(folder, 'tflite');
  }

  it("brings the model's own bias into the scene, and building keeps it", async () => {
    const scene = at('Assets/Scene.scene');
    const before = readFileSync(scene, 'utf8');
    await installModel(project, await variant({ actedBias: OWN }));
    const after = readFileSync(scene, 'utf8');
    expect(biasOf(after)).toEqual(OWN);
    const withoutBias = (text: string) => text.replace(/ {6}actedBias: .*\n(?: {8}- .*\n)+/, '');
    expect(withoutBias(after)).toBe(withoutBias(before));
    expect((await buildLens(project)).written).toEqual([]);
    writeFileSync(scene, after.replace('confidence: 0.500000', 'confidence: 0.700000'));
    await buildLens(project, true);
    expect(readFileSync(scene, 'utf8')).toBe(after);
    await install('tflite');
    expect(readFileSync(scene, 'utf8')).toBe(before);
  });

  it("gives back the script's bias with a model that says none, and leaves a former detector as it is", async () => {
    const scene = at('Assets/Scene.scene');
    await installModel(project, await variant({ actedBias: OWN }));
    await installModel(project, await variant({ actedBias: undefined }));
    expect(biasOf(readFileSync(scene, 'utf8'))).toEqual([...ACTED_BIAS]);
    const former = readFileSync(scene, 'utf8').replace(/ {6}actedBias: .*\n(?: {8}- .*\n)+/, '');
    writeFileSync(scene, former);
    await installModel(project, await variant({ actedBias: OWN }));
    expect(readFileSync(scene, 'utf8')).toBe(former);
  });

  it.each([
    [[1, 2, 3]],
    [new Array(7).fill(11)],
    ['none'],
    [[...new Array(6).fill(0), null]],
  ])('refuses the bias %j', async (actedBias) => {
    await expect(variant({ actedBias })).rejects.toThrow(/is not a valid model\.json:[\s\S]*actedBias/);
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

  it.each([0, 1, 2, 3])('leaves the project as it is when the disk is full after %i files', async (files) => {
    // Its bias is another one than the scene's, so that a scene is written as well.
    const model = { ...(await readLensModel(MODEL, 'onnx')) };
    model.description.actedBias = OWN;
    const before = contentOf(project);
    disk.left = files;
    await expect(installModel(project, model)).rejects.toThrow('the disk is full');
    expect(contentOf(project)).toEqual(before);
    disk.left = Number.POSITIVE_INFINITY;
    await install('onnx');
    expect([TFLITE, `${TFLITE}.meta`].filter((path) => existsSync(at(path)))).toEqual([]);
  });

  it('removes what is left of a former one that was killed, and nothing that merely has such a name', async () => {
    cpSync(join(MODEL, 'emotion.onnx'), at(ONNX));
    writeFileSync(at(`${DETECTOR}/emotion.int8.onnx`), 'mine');
    writeFileSync(at(`${ONNX}.4194399-01234567.tmp`), 'half');
    await install('tflite');
    expect(readdirSync(at(DETECTOR)).filter((name) => /onnx/.test(name))).toEqual(['emotion.int8.onnx']);
  });

  it.each([
    '../../emotion.onnx',
    'sub/emotion.onnx',
    '..\\emotion.onnx',
    'EmotionDetector.ts',
    '.bashrc',
    '',
  ])('that calls itself %j is refused before anything is written', async (name) => {
    const folder = temporaryFolder();
    const model = await readModelJson(join(MODEL, 'model.json'));
    const before = contentOf(project);
    const files = model.files.map((file) => ({ ...file, name: file.format === 'onnx' ? name : file.name }));
    mkdirSync(join(folder, 'a/b/sub'), { recursive: true });
    writeFileSync(join(folder, 'a/b/model.json'), JSON.stringify({ ...model, files }));
    if (name !== '') cpSync(join(MODEL, 'emotion.onnx'), join(folder, 'a/b', name));
    const reading = readLensModel(join(folder, 'a/b'), 'tflite');
    await expect(reading).rejects.toThrow(UserError);
    await expect(reading).rejects.toThrow(/is not a valid model\.json:[\s\S]*files\[\d\]\.name/);
    expect(contentOf(project)).toEqual(before);
  });

  it('takes the place of no file without a .meta, unless it is the model itself', async () => {
    writeFileSync(at(ONNX), 'mine');
    await expect(install('onnx')).rejects.toThrow(/emotion\.onnx already exists as another file of the project/);
    expect(readFileSync(at(ONNX), 'utf8')).toBe('mine');
    cpSync(join(MODEL, 'emotion.onnx'), at(ONNX));
    expect(await install('onnx')).toEqual({ path: ONNX, removed: TFLITE });
  });

  it('replaces nothing that is no model, though the scene links to it as one', async () => {
    // The scene links to a script where a model belongs.
    const [, script] = ids(`${DETECTOR}/EmotionDetector.ts`);
    const scene = at('Assets/Scene.scene');
    writeFileSync(scene, readFileSync(scene, 'utf8').replace(/( {6}model: \S+) \S+\n/, `$1 ${script}\n`));
    const before = contentOf(project);
    await expect(install('onnx')).rejects.toThrow(/no EmotionDetector with a model in its scene/);
    expect(contentOf(project)).toEqual(before);
  });

  it.skipIf(process.platform === 'win32')('writes nothing where a link of the project leads', async () => {
    const outside = join(fresh, 'outside');
    rmSync(outside, { recursive: true, force: true });
    renameSync(at('Assets'), outside);
    symlinkSync(outside, at('Assets'));
    writeFileSync(join(outside, 'a.4194399-01234567.tmp'), 'mine');
    const before = contentOf(outside);
    await expect(install('onnx')).rejects.toThrow(/Assets is a symbolic link/);
    expect(contentOf(outside)).toEqual(before);
    writeFileSync(join(outside, 'Scene.scene'), 'mine');
    await expect(buildLens(project, true)).rejects.toThrow(/Assets is a symbolic link/);
    expect(readFileSync(join(outside, 'Scene.scene'), 'utf8')).toBe('mine');
    rmSync(outside, { recursive: true });
  });

  it('is refused while another process is at work in the project', async () => {
    const model = await readLensModel(MODEL, 'onnx');
    await withLock(project, 'lens install', async () => {
      await expect(installModel(project, model)).rejects.toThrow(/is in use by process \d+ since/);
      await expect(buildLens(project)).rejects.toThrow(/is in use by process \d+ since/);
    });
    await install('onnx');
  });

  it('refuses a folder without a project, without a detector, without a linked model', async () => {
    const model = await readLensModel(MODEL, 'tflite');
    await expect(installModel(MODEL, model)).rejects.toThrow(/is not a Lens Studio project/);
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
    await expect(install('onnx')).rejects.toThrow(/emotion\.onnx already belongs to another asset of the project/);
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

  const labels = (...names: string[]) => [...names, 'C', 'D', 'E', 'F', 'G'];
  it.each([
    [
      labels('Thumbs up', 'thumbs-up'),
      /the classes "Thumbs up" and "thumbs-up" would both send the triggers THUMBS_UP_…/,
    ],
    [labels('A', '!?'), /the name of class 2, "!\?", has no letter or digit/],
    [labels('A\u0007', 'B'), /without control characters[\s\S]*labels\[0\]/],
    [labels('A', '\u0085B'), /without control characters[\s\S]*labels\[1\]/],
    [['Angry'], /is not a valid model\.json:[\s\S]*labels/],
    [Array.from({ length: 65 }, (_, i) => `C${i}`), /is not a valid model\.json:[\s\S]*labels/],
    [labels('A', 'B').slice(0, 5), /has the output \[1,7\]; expected 5 probabilities, one for each of the labels/],
  ])('for its labels %j', async (labels, message) => {
    change((model) => {
      model.labels = labels;
      model.actedBias = undefined;
    });
    await refused(message);
  });

  it.each([
    [[1, 96, 64, 3], /has the input \[1,96,64,3\] \(NHWC\); expected one square RGB image/],
    [[1, 48, 48, 1], /has the input \[1,48,48,1\]/],
    [[2, 96, 96, 3], /has the input \[2,96,96,3\]/],
  ])('for its input %j', async (shape, message) => {
    change((model) => {
      form(model).input.shape = shape;
    });
    await refused(message);
  });

  it('for landmarks of another length', async () => {
    await writeLandmarkModel(folder, 134);
    await expect(readLensModel(folder, 'onnx')).rejects.toThrow(
      /has the further input landmarks \(1 × 1 × 134\); expected landmarks \(1 × 1 × 136\) or none/,
    );
  });

  it('for its output', async () => {
    change((model) => {
      form(model).output.shape = [1, 1, 1, 8];
    });
    await refused(/has the output \[1,1,1,8\]; expected 7 probabilities/);
  });

  it('for another SHA-256', async () => {
    truncateSync(tflite, 1000);
    await refused(/is not the file that model\.json describes: its SHA-256 is [0-9a-f]{64}, expected [0-9a-f]{64}/);
  });

  it('for a size above the limit', async () => {
    truncateSync(tflite, 10_000_001);
    await refused(/has 10,000,001 bytes; all ML assets of a lens together may have at most 10,000,000/);
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
      /no file for --format onnx \(files: emotion\.int8\.tflite\)/,
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
    await expect(readLensModel(folder, 'onnx')).rejects.toThrow(/emotion\.int8\.onnx: SnapML will reject it: /);
  });
});

it('gives classes that were rare in training a bias of half their prior, and equally common ones none', () => {
  const labels = ['Cat', 'Dog', 'Nothing'];
  expect(inputsOfModel({ labels, classShares: [0.8, 0.2, 0] }).actedBias).toEqual([
    0,
    Math.round(50 * Math.log(4)) / 100,
    Math.round(50 * Math.log(4)) / 100,
  ]);
  expect(inputsOfModel({ labels, classShares: [1 / 3, 1 / 3, 1 / 3] }).actedBias).toEqual([0, 0, 0]);
  expect(inputsOfModel({ labels }).actedBias).toEqual([]);
  expect(inputsOfModel({ labels: [...EMOTIONS], classShares: Array(7).fill(1 / 7) }).actedBias).toBeUndefined();
});
