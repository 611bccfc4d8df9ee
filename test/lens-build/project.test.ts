import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { EMOTIONS } from '../../ml/core/emotions.ts';
import { buildLens } from '../../tools/lens-build/build.ts';
import { PATHS } from '../../tools/lens-build/emotion-lens.ts';
import { idOf } from '../../tools/lens-build/ids.ts';
import { readGraphShader } from '../../tools/lens-studio/files/graph-shader.ts';
import { readMaterial } from '../../tools/lens-studio/files/material.ts';
import { readProject } from '../../tools/lens-studio/files/project.ts';
import type { Decimal } from '../../tools/lens-studio/yaml/value.ts';
import { ICON_SIDE, NAME_LENGTH } from '../../tools/lens-validate/codes.ts';
import { validateProject } from '../../tools/lens-validate/validate.ts';
import { temporaryFolder } from '../data/helpers.ts';

const SHIPPED = resolve('lens');
const NULL_ID = '00000000-0000-0000-0000-000000000000';

/** All files below a folder, with `/`. */
function filesIn(folder: string, under = ''): string[] {
  return readdirSync(join(folder, under)).flatMap((name) => {
    const path = under === '' ? name : `${under}/${name}`;
    return statSync(join(folder, path)).isDirectory() ? filesIn(folder, path) : [path];
  });
}

describe('the project of the lens', () => {
  const folder = temporaryFolder();
  const text = (path: string) => readFileSync(join(folder, path), 'utf8');
  beforeAll(async () => {
    await buildLens(folder);
  });

  it('is the same bytes each time, and building again writes nothing', async () => {
    const again = temporaryFolder();
    await buildLens(again);
    expect(filesIn(again)).toEqual(filesIn(folder));
    for (const path of filesIn(folder))
      expect(readFileSync(join(again, path)).equals(readFileSync(join(folder, path))), path).toBe(true);
    const { written, unchanged } = await buildLens(folder);
    expect(written).toEqual([]);
    expect(unchanged).toBeGreaterThan(50);
  });

  it('is what the repository holds', () => {
    const stale = filesIn(folder).filter(
      (path) =>
        !existsSync(join(SHIPPED, path)) || !readFileSync(join(SHIPPED, path)).equals(readFileSync(join(folder, path))),
    );
    expect(stale, 'run `npm run emotion-lens -- lens build --force`').toEqual([]);
    const files = filesIn(SHIPPED).filter((path) => path.startsWith('Assets/'));
    expect(files.sort()).toEqual(
      filesIn(folder)
        .filter((path) => path.startsWith('Assets/'))
        .sort(),
    );
  });

  it('defines each id once, and every link leads to one of them', async () => {
    const { definitions, assets, faults } = await readProject(folder);
    expect(faults).toEqual([]);
    for (const [id, places] of definitions) expect(places, id).toHaveLength(1);
    const links = assets.flatMap(({ entities, meta }) => [
      ...(entities ?? []),
      ...(meta ? [meta.entity, ...meta.others] : []),
    ]);
    const targets = links.flatMap((entity) => entity.links.map(({ id }) => id)).filter((id) => id !== NULL_ID);
    expect(targets.length).toBeGreaterThan(80);
    expect(targets.filter((id) => !definitions.has(id))).toEqual([]);
    for (const { path, meta } of assets) expect(meta, path).not.toBeNull();
  });

  it('is a lens for phones, whose icon has the hash that Lens Studio gives it', async () => {
    const project = text(PATHS.project);
    expect(project).toContain('  lensName: Emotion Lens\n');
    expect('Emotion Lens'.length).toBeLessThanOrEqual(NAME_LENGTH);
    expect(project).toContain('  lensClientCompatibilities:\n    - Mobile\n    - CameraKit\n  platformBundlesEnabled');
    expect(project).toMatch(/^studioVersion:\n {2}major: 5\n {2}minor: 22\n[\s\S]*\nupdateCheckpoint: 101\nsceneId: /);
    // The fields that projects of 5.22.1 and 5.23.2 have beyond those of 5.15.
    expect(project).toContain('  lensApplicableContext:\n    - live_camera\n    - reply_camera\n    - video_chat\n');
    expect(project).toMatch(
      /\n {2}packageId: ""\n {2}packageVersion: ""\n {2}spkPrivilegeLevel: Generic\n {2}gluboEnabled: false\ntargetPlatform: Snapchat\n$/,
    );
    const icon = readFileSync(join(folder, 'icon.png'));
    expect(project).toContain(`  iconHash: ${createHash('md5').update(icon).digest('hex')}\n`);
    expect([icon.readUInt32BE(16), icon.readUInt32BE(20)]).toEqual([ICON_SIDE, ICON_SIDE]);
    expect(text(PATHS.scene)).toContain(`- !<Scene/${/sceneId: (\S+)/.exec(project)?.[1]}>\n`);
  });

  it('tells Lens Studio how to give the picture to the model', () => {
    expect(text('Assets/EmotionDetector/emotion.int8.tflite.meta')).toContain(`  ImporterName: FileMLAssetImporter
`);
    expect(text('Assets/EmotionDetector/emotion.int8.tflite.meta')).toContain(`    Inputs:
      - !<MLInput>
        Name: image
        Shape: {x: 192.000000, y: 192.000000, z: 3.000000}
        Normalizations:
          - scale: 0.007843
            bias: -1.000000
          - scale: 0.007843
            bias: -1.000000
          - scale: 0.007843
            bias: -1.000000
        Transformer:
          stretch: true
`);
    expect(text('Assets/EmotionDetector/emotion.int8.tflite.meta')).toContain(`        Name: prob
        Shape: {x: 1.000000, y: 1.000000, z: 7.000000}
`);
  });

  it('writes the region of the whole screen', () => {
    expect(text(PATHS.scene)).toContain(`  RawMode: true
  ForceBasic: true
  EnableDebugRender: false
  Anchor:
    left: -1.000000
    bottom: -1.000000
    right: 1.000000
    top: 1.000000
  Offset:
    left: 0.000000
    bottom: 0.000000
    right: 0.000000
    top: 0.000000
`);
    expect(text(PATHS.scene)).toContain('  ScreenRegionType: FullFrame\n  ResizeWithKeyboard: false\n');
  });

  it('wires the detector to the effects, and each expression to its effect and sound', async () => {
    const { assets, definitions } = await readProject(folder);
    const entities = assets.find(({ path }) => path === PATHS.scene)?.entities ?? [];
    const named = (name: string) => entities.filter(({ fields }) => fields.get('Name') === name);
    const face = named('Face Retouch').find(({ type }) => type === 'SceneObject')!;
    const [effects] = named('EmotionEffects');
    const link = (field: string) => effects.links.find((link) => link.field === field)!;
    expect(link('detector').id).toBe(named('EmotionDetector')[0].id);
    expect(definitions.get(link('detector').id)?.[0].kind).toBe('ScriptComponent');
    for (const emotion of EMOTIONS) {
      const [object] = named(`${emotion} Effect`);
      expect(link(`${emotion.toLowerCase()}Objects`).id).toBe(object.id);
      const sound = definitions.get(link(`${emotion.toLowerCase()}Sound`).id)?.[0];
      expect(sound?.file).toBe(`${PATHS.sound(emotion)}.meta`);
      // The effect's script stands on its object.
      const children = emotion === 'Neutral' ? [face.id] : [];
      expect(object.links.map(({ id }) => id)).toEqual([...children, named(`${emotion}Effect`)[0].id]);
    }
  });

  it('has a face retouch with all that scripts cannot give it, and that does nothing by itself', async () => {
    const { assets } = await readProject(folder);
    const entities = assets.find(({ path }) => path === PATHS.scene)?.entities ?? [];
    const [{ id, fields }] = entities.filter(({ type }) => type === 'RetouchVisual');
    expect(fields.get('TextureCoordinates')).toHaveLength(75);
    for (const way of ['SoftSkin', 'TeethWhitening', 'EyeSharpening', 'EyeWhitening']) {
      expect(fields.get(`${way}Enabled`)).toBe(true);
      expect((fields.get(`${way}Intensity`) as Decimal).value).toBe(0);
    }
    const [effect] = entities.filter((entity) => entity.fields.get('Name') === 'NeutralEffect');
    expect(effect.links.find(({ field }) => field === 'faceRetouch')).toMatchObject({ id, type: 'RetouchVisual' });
  });

  it('has a face crop of the camera', async () => {
    const { assets, definitions } = await readProject(folder);
    const [crop] = assets.find(({ path }) => path === PATHS.faceCrop)?.entities ?? [];
    const input = crop.links.find(({ field }) => field === 'InputTexture')!;
    expect(definitions.get(input.id)?.[0].kind).toBe('DeviceCameraTexture');
  });

  it('has the crop that the detector is set to', () => {
    const source = text(PATHS.detector);
    const scale = Number(/cropScale: number = ([\d.]+)/.exec(source)?.[1]).toFixed(6);
    expect(text(PATHS.faceCrop)).toContain(`  Scale: {x: ${scale}, y: ${scale}}\n`);
  });
});

describe('the art of the lens', () => {
  const folder = temporaryFolder();
  beforeAll(async () => {
    await buildLens(folder);
  });

  it('has a material for sprites and one for the screen of each expression, each with its graph and textures', async () => {
    const { assets, definitions } = await readProject(folder);
    const names = ['Sprite', ...EMOTIONS.map((emotion) => `${emotion}Screen`)];
    for (const name of names) {
      const path = PATHS.material(name);
      const [pass] = readMaterial(assets.find((asset) => asset.path === path)?.entities ?? [], path);
      expect(definitions.get(pass.graph)?.[0]).toMatchObject({
        kind: 'ShaderGraph',
        file: `${PATHS.graph(name)}.meta`,
      });
      const graph = readGraphShader(readFileSync(join(folder, PATHS.graph(name)), 'utf8'), PATHS.graph(name));
      for (const { name: property, type, default: value } of graph.parameters) {
        const held = pass.properties.get(property);
        if (type !== 'texture') expect(held, `${name}.${property}`).toEqual(value);
        else expect(definitions.get((held as { texture: string }).texture)?.[0].kind).toMatch(/Texture$/);
      }
      expect(graph.program?.kind).toBe(name === 'Sprite' ? '3D' : 'Post Effect');
    }
  });

  it('goes to the effects: no input for a material or a sheet is left empty', async () => {
    const { assets, definitions } = await readProject(folder);
    const entities = assets.find(({ path }) => path === PATHS.scene)?.entities ?? [];
    for (const emotion of EMOTIONS) {
      const [effect] = entities.filter(({ fields }) => fields.get('Name') === `${emotion}Effect`);
      const linked = (field: string) =>
        definitions.get(effect.links.find((link) => link.field === field)?.id ?? '')?.[0];
      expect(linked('spriteMaterial')?.file).toBe(PATHS.material('Sprite'));
      expect(linked('screenMaterial')?.file).toBe(PATHS.material(`${emotion}Screen`));
      const inputs = readFileSync(join(folder, PATHS.effect(emotion)), 'utf8').matchAll(/ {2}(\w+)Sheet!: Texture;/g);
      const sheets = [...inputs].map(([, name]) => name);
      expect(sheets.length).toBeGreaterThan(0);
      for (const sheet of sheets)
        expect(linked(`${sheet}Sheet`)?.file).toBe(`${PATHS.sheet(`${sheet[0].toUpperCase()}${sheet.slice(1)}`)}.meta`);
    }
  });
});

describe('the project for Lens Studio 5.15', () => {
  const folder = temporaryFolder();
  const text = (path: string) => readFileSync(join(folder, path), 'utf8');
  beforeAll(async () => {
    await buildLens(folder, false, '5.15');
  });

  it('is of that version, in its form', () => {
    const project = text(PATHS.project);
    expect(project).toContain('  lensClientCompatibilities:\n    - Mobile\n    - Web\n  platformBundlesEnabled');
    expect(project).toMatch(/^studioVersion:\n {2}major: 5\n {2}minor: 15\n[\s\S]*\nupdateCheckpoint: 76\nsceneId: /);
    expect(project).not.toMatch(/targetPlatform|packageId|lensApplicableContext|shaderCache/);
    const scene = text(PATHS.scene);
    expect(scene).toContain('    HasOrtho: true\n');
    expect(scene).toContain('  SortingType: Hierarchy\n  WorldSpaceRect:\n');
    expect(scene).toContain('  RawMode: true\n  ForceBasic: true\n  Anchor:\n');
  });

  it('has no materials, graphs or art, and leaves the inputs for them empty', () => {
    expect(filesIn(folder).filter((path) => /Materials|Art\/|\.mat|graphShader|screenTexture/.test(path))).toEqual([]);
    expect(text(PATHS.scene).match(/spriteMaterial: !<reference\.Material> 0{8}-/g)).toHaveLength(EMOTIONS.length);
  });

  it('is valid', async () => {
    const { findings } = await validateProject(folder);
    expect(findings.filter(({ code }) => code !== 'not-type-checked')).toEqual([]);
  });

  it('is not written over the other, whose graphs it could not open', async () => {
    const other = temporaryFolder();
    await buildLens(other);
    await expect(buildLens(other, true, '5.15')).rejects.toThrow(
      /has shader graphs.*Lens Studio 5\.15 cannot open.*--out/,
    );
    expect(readFileSync(join(other, PATHS.project), 'utf8')).toContain('minor: 22');
  });
});

describe('building again', () => {
  it('follows changed scripts, but replaces what else was edited only when told to', async () => {
    const folder = temporaryFolder();
    await buildLens(folder);
    const scene = join(folder, PATHS.scene);
    const original = readFileSync(scene, 'utf8');
    writeFileSync(scene, original.replace('Name: Effects', 'Name: My Effects'));
    const script = join(folder, 'Assets/EmotionDetector/Decision.ts');
    writeFileSync(`${script}.meta`, 'old');

    await expect(buildLens(folder)).rejects.toThrow(
      /differ from what[\s\S]*\n {2}Assets\/Scene\.scene\n[\s\S]*--force/,
    );
    expect(readFileSync(scene, 'utf8')).toContain('My Effects');
    expect(readFileSync(`${script}.meta`, 'utf8')).toBe('old');

    expect((await buildLens(folder, true)).written).toEqual(['Assets/EmotionDetector/Decision.ts.meta', PATHS.scene]);
    expect(readFileSync(scene, 'utf8')).toBe(original);
  });

  it('takes line ends of Windows for what they are', async () => {
    const folder = temporaryFolder();
    await buildLens(folder);
    const scene = join(folder, PATHS.scene);
    writeFileSync(scene, readFileSync(scene, 'utf8').replaceAll('\n', '\r\n'));
    expect((await buildLens(folder)).written).toEqual([]);
  });

  it('keeps the meta of a script that moved nowhere, and writes the new inputs', async () => {
    const folder = temporaryFolder();
    await buildLens(folder);
    const script = join(folder, PATHS.effect('Happy'));
    const before = readFileSync(`${script}.meta`, 'utf8');
    writeFileSync(
      script,
      readFileSync(script, 'utf8').replace('  @input', '  @input extra: boolean = true;\n\n  @input'),
    );
    await buildLens(folder, true);
    const after = readFileSync(`${script}.meta`, 'utf8');
    expect(after.split('\n').slice(0, 4)).toEqual(before.split('\n').slice(0, 4));
    expect(after).toContain('    - // @input bool extra = true\n');
    expect(readFileSync(join(folder, PATHS.scene), 'utf8')).toContain('      extra: true\n');
  });

  it('says which input the scene sets that a script has no more', async () => {
    const folder = temporaryFolder();
    cpSync(join(SHIPPED, 'Assets'), join(folder, 'Assets'), {
      recursive: true,
      filter: (path) => !path.endsWith('.meta'),
    });
    rmSync(join(folder, PATHS.scene), { force: true });
    const script = join(folder, PATHS.effects);
    writeFileSync(script, readFileSync(script, 'utf8').replaceAll('happySound', 'happyNoise'));
    await expect(buildLens(folder)).rejects.toThrow(/EmotionEffects\.ts has no input happySound/);
    expect(existsSync(join(folder, PATHS.scene))).toBe(false);
  });
});

describe('an id', () => {
  it('is a UUID of version 5 that depends on the name alone', () => {
    expect(idOf('a')).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    expect(idOf('a')).toBe(idOf('a'));
    expect(idOf('a')).not.toBe(idOf('b'));
  });
});
