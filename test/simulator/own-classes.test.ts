import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { buildLens } from '../../tools/lens-build/build.ts';
import { installModel } from '../../tools/lens-build/install.ts';
import { readLensModel } from '../../tools/lens-build/lens-model.ts';
import { packageDetector } from '../../tools/lens-build/package/package-detector.ts';
import { validateProject } from '../../tools/lens-validate/validate.ts';
import { readProgram } from '../../tools/simulator/load/read-program.ts';
import type { LensProgram, ProgramComponent } from '../../tools/simulator/program.ts';
import { loadLens } from '../../tools/simulator/session/load-lens.ts';
import { Session } from '../../tools/simulator/session/session.ts';
import { temporaryFolder } from '../data/helpers.ts';
import { coloured, writeColourModel } from '../lens-build/colour-model.ts';

vi.mock('../../tools/lens-studio/yaml/parse.ts', async (original) =>
  (await import('../lens-validate/remembered.ts')).rememberYaml(await original()),
);
vi.mock('../../tools/lens-studio/analysis/read-scripts.ts', async (original) =>
  (await import('../lens-validate/remembered.ts')).rememberScripts(await original()),
);

const LABELS = ['Thumbs up', 'Happy', 'Background'];
const SCENE = 'Assets/Scene.scene';
const FACE_CROP = 'Assets/EmotionDetector/Face Crop Texture.faceCropTexture.meta';
const MIDDLE = '2f0f5dbb-91c3-5a49-9d61-5c50c7a2e1b0';
const RED = coloured(255, 0, 0);
const GREEN = coloured(0, 255, 0);
const GREY = coloured(30, 30, 30);

const inputsOf = ({ objects, scripts }: LensProgram) => {
  const { id } = scripts.find(({ className }) => className === 'EmotionDetector')!;
  const component = objects
    .flatMap(({ components }): readonly ProgramComponent[] => components)
    .find((one) => one.kind === 'script' && one.script === id);
  return component?.kind === 'script' ? component.inputs : {};
};

describe('a model with three classes of its own', () => {
  const project = temporaryFolder();
  const folder = temporaryFolder();
  const scene = () => readFileSync(join(project, SCENE), 'utf8');
  const install = async (model: string) => installModel(project, await readLensModel(model, 'onnx'));
  let shipped: string;
  beforeAll(async () => {
    await buildLens(project);
    shipped = scene();
    await writeColourModel(folder, LABELS);
    await install(folder);
  });

  it('brings its labels and its class of rest into the scene, which stays valid', async () => {
    const program = await readProgram(project);
    expect(program.problems).toEqual([]);
    expect(inputsOf(program)).toMatchObject({ labels: LABELS, rest: 'Background', actedBias: [] });
    expect((await validateProject(project)).errors).toBe(0);
    expect((await buildLens(project)).written).toEqual([]);
  });

  it('is run by the lens: effects by name, rest when nothing is sure, a word on classes without effect', async () => {
    const session = new Session({ lens: await loadLens(project) });
    session.find(0, RED);
    await session.run(1);
    expect(session.frames.at(-1)).toMatchObject({ emotion: 0, effects: [] });
    session.show(0, GREEN);
    await session.run(3);
    expect(session.frames.at(-1)).toMatchObject({ emotion: 1, effects: ['Happy Effect'] });
    session.show(0, GREY);
    await session.run(3);
    expect(session.frames.at(-1)).toMatchObject({ emotion: 2, effects: [] });
    expect(session.lens.log.filter((line) => /no effect for Thumbs up, Background\./.test(line))).toHaveLength(1);
    expect(session.lens.log.some((line) => /ready, model emotion, 3 classes,/.test(line))).toBe(true);
    await session.close();
  });

  it('looks at what it was trained on: the middle of the camera picture, without a face', async () => {
    const before = scene();
    const { assets } = await readProgram(project);
    const idOf = (ending: string) => assets.find(({ path }) => path.endsWith(ending))!.id;
    const crop = 'Assets/Middle.screenCropTexture';
    writeFileSync(
      join(project, crop),
      [
        `- !<ScreenCropTexture/${MIDDLE}>`,
        '  PackagePath: ""',
        `  InputTexture: !<reference> ${idOf('.deviceCameraTexture')}`,
        '  Cropping: {left: -1, bottom: -1, right: 1, top: 1}',
        '  Rotation: 0',
        '',
      ].join('\n'),
    );
    writeFileSync(
      join(project, `${crop}.meta`),
      readFileSync(join(project, FACE_CROP), 'utf8')
        .replaceAll(idOf('.faceCropTexture'), MIDDLE)
        .replace(/AssetImportMetadata\/\S+>/, `AssetImportMetadata/${MIDDLE.replace('9', '8')}>`)
        .replace('FaceCrop', 'ScreenCrop'),
    );
    for (const texture of [MIDDLE, idOf('.deviceCameraTexture')]) {
      writeFileSync(
        join(project, SCENE),
        before
          .replace(/faceCrop: (!<reference.Texture>) \S+/, `faceCrop: $1 ${texture}`)
          .replace('      needsFace: true', '      needsFace: false'),
      );
      const session = new Session({ lens: await loadLens(project) });
      session.show(0, GREEN);
      await session.run(3);
      expect(session.frames.at(-1)).toMatchObject({ emotion: 1, effects: ['Happy Effect'] });
      const [{ instance }] = session.lens.scripts.filter(({ className }) => className === 'EmotionDetector');
      if (texture === MIDDLE) {
        const { left, right, bottom, top } = (instance.faceCrop as Texture & { control: RectCropTextureProvider })
          .control.cropRect;
        expect([left, right, bottom, top]).toEqual([-1, 1, -9 / 16, 9 / 16]);
      }
      await session.close();
    }
    for (const file of [crop, `${crop}.meta`]) rmSync(join(project, file));
    writeFileSync(join(project, SCENE), before);
  });

  it('keeps a class of rest that was chosen, but not with other labels', async () => {
    const before = scene();
    writeFileSync(join(project, SCENE), before.replace('rest: Background', 'rest: ""'));
    await install(folder);
    expect(inputsOf(await readProgram(project)).rest).toBe('');
    const other = temporaryFolder();
    await writeColourModel(other, ['1', 'Ja: nein', 'nothing']);
    await install(other);
    expect(inputsOf(await readProgram(project))).toMatchObject({
      labels: ['1', 'Ja: nein', 'nothing'],
      rest: 'nothing',
    });
    await install(folder);
    expect(scene()).toBe(before);
  });

  it('gives way to the shipped model again', async () => {
    await install(resolve('ml/models/emotion'));
    expect(scene()).toBe(shipped);
    await install(folder);
  });

  it('is packaged with its labels', async () => {
    const path = join(folder, 'Mine.lspkg');
    writeFileSync(path, await packageDetector(await readLensModel(folder, 'onnx')));
    const { findings } = await validateProject(path);
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
  });

  it('is refused by a former detector, and by one that was not saved since', async () => {
    const script = join(project, 'Assets/EmotionDetector/EmotionDetector.ts');
    const [source, before] = [readFileSync(script, 'utf8'), scene()];
    writeFileSync(join(project, SCENE), before.replace(/ {6}labels: .*\n(?: {8}- .*\n)+/, ''));
    await expect(install(folder)).rejects.toThrow(
      /the component has no labels yet; save the project in Lens Studio once/,
    );
    writeFileSync(join(project, SCENE), before);
    writeFileSync(script, source.replace(/ {2}@input\n {2}@hint\('Comes with the model: the names[^;]*;\n/, ''));
    await expect(install(folder)).rejects.toThrow(
      /EmotionDetector\.ts is a former EmotionDetector that knows only Angry, /,
    );
    writeFileSync(script, source);
    expect(scene()).toBe(before);
  });
});
