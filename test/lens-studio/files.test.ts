import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { afterEach, describe, expect, it } from 'vitest';
import { lineOf, readEntities } from '../../tools/lens-studio/files/entity.ts';
import { importersOf } from '../../tools/lens-studio/files/importers.ts';
import { readProject } from '../../tools/lens-studio/files/project.ts';
import { CAMERA_TEXTURE, ESPROJ, SCENE, SeededProject, TARGET } from '../lens-validate/faults/seeded-project.ts';

const A = '11111111-2222-4333-8444-555555555555';
const B = '22222222-2222-4333-8444-555555555555';

describe('entities', () => {
  const [entity, other] = readEntities(
    `- !<SceneObject/${A}>
  Children:
    - !<own> ${B}
  Fill: !<TextFill>
    Texture: !<reference> ${A}
    Nothing: !<reference> 00000000-0000-0000-0000-000000000000
  ScriptInputsDefault:
    pictures: true
  ScriptInputs:
    "":
      pictures: !<reference.Texture[]>
        - !<reference> ${B}
      detector: !<MappingBased.AssignableType_2> ${A}
      name: ${A}
- !<Camera/${B}>
  Near: 1.000000
`,
    'x.scene',
  );

  it('have links with what each expects, where it stands and in which field', () => {
    expect([entity.type, entity.id, entity.line, other.type, other.line]).toEqual(['SceneObject', A, 1, 'Camera', 15]);
    expect(entity.links).toEqual([
      { kind: 'own', type: null, id: B, field: 'Children', line: 3 },
      { kind: 'reference', type: null, id: A, field: 'Texture', line: 5 },
      { kind: 'reference', type: 'Texture', id: B, field: 'pictures', line: 12 },
      { kind: 'reference', type: 'AssignableType', id: A, field: 'detector', line: 13 },
    ]);
  });

  it('know the lines of their fields', () => {
    expect(lineOf(entity, 'pictures')).toBe(8);
    expect(lineOf(entity, 'ScriptInputs', 'pictures')).toBe(11);
    expect(lineOf(other, 'Near')).toBe(16);
    // Fields of the next entity are not its own.
    expect(lineOf(entity, 'Near')).toBe(1);
  });
});

describe('importers', () => {
  it('follow the ending in any case', () => {
    expect(importersOf('Assets/Scene.scene')).toEqual([{ name: 'SceneImporter', key: 'Scene' }]);
    expect(importersOf('a/Face.faceCropTexture')[0]).toEqual({ name: 'FaceCropTextureImporter', key: 'Texture' });
    expect(importersOf('a/PICTURE.PNG')[0].name).toBe('FileTextureImporter');
    expect(importersOf('a/what.ever')).toEqual([]);
  });
});

describe('a project', () => {
  let project: SeededProject;
  afterEach(() => project.delete());

  it('is read with its ids and their places', async () => {
    project = new SeededProject();
    const { esproj, definitions, assets, faults } = await readProject(project.folder);
    expect(faults).toEqual([]);
    expect(definitions.get(esproj.sceneId)).toEqual([{ id: esproj.sceneId, kind: 'Scene', file: SCENE, line: 1 }]);
    const target = assets.find(({ path }) => path === TARGET)!;
    expect(target.entities?.[0].id).toBe(target.meta?.primary);
    expect([...definitions.values()].every((places) => places.length === 1)).toBe(true);
  });

  it('may have the line ends of Windows', async () => {
    project = new SeededProject();
    for (const path of [SCENE, ESPROJ, `${TARGET}.meta`])
      project.write(path, project.read(path).replaceAll('\n', '\r\n'));
    expect(await project.findings()).toEqual([]);
  });

  it('may link into a package that lies in it, packed or unpacked', async () => {
    const link = (id: string) => project.edit(TARGET, /(InputTexture: !<reference> ).*/, `$1${id}`);
    const texture = { id: B, file: `- !<DeviceCameraTexture/${B}>\n  PackagePath: ""\n` };
    project = new SeededProject();
    link(texture.id);
    expect((await project.findings()).map(({ code }) => code)).toEqual(['unresolved-link']);
    const meta = project
      .read(`${CAMERA_TEXTURE}.meta`)
      .replace(/(reference> ).*/g, `$1${B}`)
      .replace(/Metadata\/[^>]*/, `Metadata/${A}`);
    const entries = { 'Camera.deviceCameraTexture': texture.file, 'Camera.deviceCameraTexture.meta': meta };

    for (const [name, text] of Object.entries(entries)) project.write(`Assets/Unpacked.lspkg/${name}`, text);
    expect(await project.findings()).toEqual([]);
    project.remove('Assets/Unpacked.lspkg');

    const inside = Object.entries(entries).map(([name, text]) => [`Package/Assets/${name}`, strToU8(text)]);
    project.write('Packages/Packed.lspkg', zipSync(Object.fromEntries(inside)));
    project.write(
      'Packages/Packed.lspkg.meta',
      `- !<AssetImportMetadata/33333333-2222-4333-8444-555555555555>
  ImportedAssetIds:
    {}
  ImporterName: NativePackageImporter
  PrimaryAsset: !<reference> 44444444-2222-4333-8444-555555555555
  PackageType: PackedNativePackageRoot
`,
    );
    expect(await project.findings()).toEqual([]);
  });

  it('is one folder with one .esproj', async () => {
    project = new SeededProject();
    project.write('Second.esproj', project.read(ESPROJ));
    await expect(readProject(project.folder)).rejects.toThrow(
      'contains 2 .esproj files (EmotionLens.esproj, Second.esproj)',
    );
    await expect(readProject(join(project.folder, ESPROJ))).rejects.toThrow('give the folder that');
    project.remove('Second.esproj');
    project.edit(ESPROJ, 'major: 5', 'major: five');
    await expect(readProject(project.folder)).rejects.toThrow(
      /EmotionLens\.esproj: studioVersion\.major: .*expected number/,
    );
  });
});

describe('type-checking', () => {
  it('runs the compiler with or without a tsconfig.json', async () => {
    const project = new SeededProject();
    const { validateProject } = await import('../../tools/lens-validate/validate.ts');
    const codes = async () =>
      (await validateProject(project.folder)).findings.map(({ code, file, line, found }) => ({
        code,
        file,
        line,
        found,
      }));
    expect(await codes()).toEqual([]);

    project.write('tsconfig.json', '{"compilerOptions": {"strict": true, "types": []}, "files": ["Assets/Wrong.ts"]}');
    project.write('Assets/Wrong.ts', 'export const one = 1;\nexport const two: string = one;\n');
    project.write(
      'Assets/Wrong.ts.meta',
      project.read('Assets/Effects/Easing.ts.meta').replace(/[0-9a-f]{8}-/g, 'deadbeef-'),
    );
    const found = (await codes()).filter(({ code }) => code === 'type-check');
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ file: 'Assets/Wrong.ts', line: 2 });
    expect(found[0].found).toContain("'number' is not assignable to type 'string'");
    project.delete();
  });
});
