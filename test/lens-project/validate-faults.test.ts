import { join } from 'node:path';
import { zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { assetId } from '../../tools/lens/project/ids.ts';
import { SHIPPED_LENS, SHIPPED_MODEL } from '../../tools/lens/project/shipped.ts';
import { CODES, type Code } from '../../tools/lens/validate/codes.ts';
import { formatReport } from '../../tools/lens/validate/report.ts';
import { validateProject } from '../../tools/lens/validate/validate.ts';
import { CAMERA_TEXTURE, ESPROJ, HAPPY, MODEL, SCENE, SeededProject, TARGET } from './seeded-project.ts';

interface Fault {
  readonly what: string;
  readonly seed: (project: SeededProject) => void;
  readonly code: Code;
  readonly file: string;
  /** A text in the line where it must be found; by default the first line. */
  readonly at?: string;
  /** Whether it is the last such line rather than the first. */
  readonly last?: boolean;
  /** What else follows from it. */
  readonly also?: readonly Code[];
}

const NOWHERE = '12345678-1234-1234-1234-123456789abc';
const POINTER = 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n';
const edit = (path: string, from: string | RegExp, to: string) => (project: SeededProject) =>
  project.edit(path, from, to);
const write = (path: string, content: string | Uint8Array) => (project: SeededProject) => project.write(path, content);
const remove = (path: string) => (project: SeededProject) => project.remove(path);
const PNG_HEAD = [0x89, 0x50, 0x4e, 0x47, 13, 10, 26, 10, 0, 0, 0, 13, 73, 72, 68, 82];

/** The head of a PNG file, which is all that tells its size. */
function png(width: number, height: number): Uint8Array {
  const head = new Uint8Array(64);
  head.set(PNG_HEAD);
  new DataView(head.buffer).setUint32(16, width);
  new DataView(head.buffer).setUint32(20, height);
  return head;
}

const FILE_FAULTS: readonly Fault[] = [
  { what: 'a binary scene', seed: write(SCENE, 'PK\0\x01\0'), code: 'unreadable-file', file: SCENE },
  {
    what: 'broken YAML',
    seed: edit(SCENE, '  Name: Effects', '  Name: Effects\n   oops: [1'),
    code: 'unreadable-file',
    file: SCENE,
    // The line that the fault makes unreadable is the one before.
    at: 'Name: Effects',
  },
  {
    what: 'a merge in progress',
    seed: edit(TARGET, '  DepthBuffer: Auto', '<<<<<<< HEAD\n  DepthBuffer: Auto\n=======\n>>>>>>> other'),
    code: 'unreadable-file',
    file: TARGET,
    at: '<<<<<<<',
  },
  {
    what: 'an item that is no entity',
    seed: edit(TARGET, '- !<RenderTarget/', '- !<RenderTarget-'),
    code: 'unreadable-file',
    file: TARGET,
  },
  {
    what: 'a meta without metadata',
    seed: write(`${TARGET}.meta`, '[]\n'),
    code: 'unreadable-file',
    file: `${TARGET}.meta`,
  },
  { what: 'an LFS pointer', seed: write(MODEL, POINTER), code: 'lfs-pointer', file: MODEL },
  { what: 'a meta without its file', seed: remove(MODEL), code: 'absent-file', file: `${MODEL}.meta` },
  {
    what: 'a file without its meta',
    seed: write('Assets/Effects/New.ts', 'export const ONE = 1;\n'),
    code: 'missing-meta',
    file: 'Assets/Effects/New.ts',
  },
  {
    what: 'a name in another case',
    seed: (project) => {
      project.add('Assets/Effects/VIGNETTE.png', join(SHIPPED_LENS, 'Assets/Effects/Vignette.png'));
      project.remove('Assets/Effects/Vignette.png');
    },
    code: 'name-case',
    file: 'Assets/Effects/Vignette.png.meta',
  },
  {
    what: 'a damaged package',
    seed: write('Packages/Broken.lspkg', 'PK\x03\x04 and no more'),
    code: 'damaged-package',
    file: 'Packages/Broken.lspkg',
    also: ['missing-meta'],
  },
  {
    what: 'a package that climbs out',
    seed: write('Packages/Evil.lspkg', zipSync({ '../../evil.ts': new Uint8Array(3) })),
    code: 'damaged-package',
    file: 'Packages/Evil.lspkg',
    also: ['missing-meta'],
  },
  {
    what: 'links that a package may hold, which cannot be read',
    seed: (project) => {
      project.write('Packages/Pointer.lspkg', POINTER);
      project.edit(SCENE, /(RenderPreviewOutput: !<reference> ).*/, `$1${NOWHERE}`);
    },
    code: 'unchecked-links',
    file: 'Packages/Pointer.lspkg',
    also: ['lfs-pointer', 'missing-meta'],
  },
];

const PROJECT_FAULTS: readonly Fault[] = [
  {
    what: 'Lens Studio 4',
    seed: edit(ESPROJ, 'major: 5', 'major: 4'),
    code: 'studio-version',
    file: ESPROJ,
    at: 'studioVersion',
  },
  {
    what: 'a future version',
    seed: edit(ESPROJ, 'minor: 15', 'minor: 99'),
    code: 'newer-version',
    file: ESPROJ,
    at: 'studioVersion',
  },
  {
    what: 'no scene',
    seed: edit(ESPROJ, /sceneId: .*/, `sceneId: ${NOWHERE}`),
    code: 'scene-id',
    file: ESPROJ,
    at: 'sceneId',
  },
  {
    what: 'a long name',
    seed: edit(ESPROJ, 'lensName: Emotion Lens', 'lensName: The Lens of Seven Expressions'),
    code: 'lens-name',
    file: ESPROJ,
    at: 'lensName',
  },
  { what: 'another icon', seed: write('icon.png', png(320, 320)), code: 'icon-hash', file: ESPROJ, at: 'iconHash' },
  {
    what: 'a small icon',
    seed: write('icon.png', png(64, 64)),
    code: 'icon-size',
    file: 'icon.png',
    also: ['icon-hash'],
  },
  {
    what: 'a field of a newer version',
    seed: edit(SCENE, '  Near: 1.000000', '  Near: 1.000000\n  Bokeh: true'),
    code: 'unknown-field',
    file: SCENE,
    at: 'Bokeh',
  },
];

const META_FAULTS: readonly Fault[] = [
  {
    what: 'a wrong importer',
    seed: edit(`${HAPPY}.meta`, 'ImporterName: TypeScriptAssetImporter', 'ImporterName: JavaScriptAssetImporter'),
    code: 'importer',
    file: `${HAPPY}.meta`,
    at: 'ImporterName',
  },
  {
    what: 'a primary asset that was not imported',
    seed: edit(`${MODEL}.meta`, /PrimaryAsset: .*/, `PrimaryAsset: !<reference> ${NOWHERE}`),
    code: 'primary-asset',
    file: `${MODEL}.meta`,
    at: 'PrimaryAsset',
  },
  {
    what: 'an asset file with another id than its meta',
    seed: edit(CAMERA_TEXTURE, /DeviceCameraTexture\/[^>]*/, `DeviceCameraTexture/${NOWHERE}`),
    code: 'imported-id',
    file: `${CAMERA_TEXTURE}.meta`,
    at: 'ImportedAssetIds',
  },
];

const LINK_FAULTS: readonly Fault[] = [
  {
    what: 'an id that stands twice',
    seed: (project) => {
      project.add('Assets/Copy.renderTarget', join(SHIPPED_LENS, TARGET));
      project.add('Assets/Copy.renderTarget.meta', join(SHIPPED_LENS, `${TARGET}.meta`));
    },
    code: 'duplicate-id',
    file: TARGET,
  },
  {
    what: 'a link to nowhere',
    seed: edit(SCENE, /(RenderOutput: !<reference> ).*/, `$1${NOWHERE}`),
    code: 'unresolved-link',
    file: SCENE,
    at: 'RenderOutput',
  },
  {
    what: 'a font that is gone',
    seed: edit(SCENE, '  UnitType: World', `  UnitType: World\n  Font: !<reference> ${NOWHERE}`),
    code: 'missing-font',
    file: SCENE,
    at: 'Font: ',
    also: ['unknown-field'],
  },
  {
    what: 'a texture in place of a script',
    seed: (project) => {
      const id = project.read(`${CAMERA_TEXTURE}.meta`).match(/Texture: !<reference> (.*)/)![1];
      project.edit(SCENE, /(Name: SadEffect\n {2}Enabled: true\n {2}ScriptAsset: !<reference> ).*/, `$1${id}`);
    },
    code: 'link-kind',
    file: SCENE,
    at: `ScriptAsset: !<reference> ${assetId(CAMERA_TEXTURE)}`,
  },
  {
    what: 'a sound in place of a texture',
    seed: (project) => {
      const id = project.read(SCENE).match(/happySound: \S+ (.*)/)![1];
      project.edit(SCENE, /(faceCrop: \S+ ).*/, `$1${id}`);
    },
    code: 'link-kind',
    file: SCENE,
    at: 'faceCrop: !',
  },
  {
    what: 'a child that is not there',
    seed: edit(
      SCENE,
      '  Children:\n    - !<own> fce310e6',
      `  Children:\n    - !<own> ${NOWHERE}\n    - !<own> fce310e6`,
    ),
    code: 'unresolved-own',
    file: SCENE,
    at: NOWHERE,
  },
  {
    what: 'two owners',
    seed: edit(SCENE, '  objects:\n', '  objects:\n    - !<own> 2858d13e-b82c-5b2f-a0e2-261eba436537\n'),
    code: 'doubly-owned',
    file: SCENE,
    at: '!<own> 2858d13e-b82c-5b2f-a0e2-261eba436537',
    last: true,
  },
  {
    what: 'an entity without an owner',
    seed: edit(SCENE, '    - !<own> fce310e6-f445-5697-a283-491fbbb3a274\n', ''),
    code: 'orphan',
    file: SCENE,
    at: '<SceneObject/fce310e6',
  },
  {
    what: 'an object that owns itself in a circle',
    seed: (project) => {
      const child = '2858d13e-b82c-5b2f-a0e2-261eba436537';
      project.edit(SCENE, '    - !<own> 54a26d90-6324-55bc-8d1b-0ad99cf6df68\n', '');
      project.edit(
        SCENE,
        '  Children:\n    - !<own> fce310e6',
        '  Children:\n    - !<own> 54a26d90-6324-55bc-8d1b-0ad99cf6df68\n    - !<own> fce310e6',
      );
      expect(project.read(SCENE)).toContain(`    - !<own> ${child}`);
    },
    code: 'own-cycle',
    file: SCENE,
    at: '<SceneObject/2858d13e',
  },
];

const SCRIPT_FAULTS: readonly Fault[] = [
  {
    what: 'a script that does not parse',
    seed: write(HAPPY, 'export class {\n  oops(\n'),
    code: 'script-syntax',
    file: HAPPY,
  },
  {
    what: 'a JavaScript file that does not parse',
    seed: write('Assets/Old.js', '// inputs\n@input float x\n'),
    code: 'script-syntax',
    file: 'Assets/Old.js',
    at: '@input',
    also: ['missing-meta'],
  },
  {
    what: 'an API of browsers',
    seed: edit('Assets/Effects/Easing.ts', /$/, '\nexport function later(f: () => void) {\n  setTimeout(f, 10);\n}\n'),
    code: 'foreign-api',
    file: 'Assets/Effects/Easing.ts',
    at: 'setTimeout',
  },
  {
    what: 'an input that is empty',
    seed: edit(SCENE, /(detector: !<MappingBased.AssignableType> ).*/, '$100000000-0000-0000-0000-000000000000'),
    code: 'missing-input',
    file: SCENE,
    at: 'detector: !',
  },
  {
    what: 'an input that the script lacks',
    seed: edit(SCENE, '      happyFade: 0.4', '      joyFade: 0.500000\n      happyFade: 0.4'),
    code: 'unknown-input',
    file: SCENE,
    at: 'joyFade',
  },
  {
    what: 'a value of another type',
    seed: edit(SCENE, '      happyFade: 0.400000', '      happyFade: slow'),
    code: 'input-type',
    file: SCENE,
    at: 'happyFade: slow',
  },
  {
    what: 'a link with the tag of another type',
    seed: edit(SCENE, 'model: !<reference.MLAsset>', 'model: !<reference.Material>'),
    code: 'input-type',
    file: SCENE,
    at: 'model: !',
    also: ['link-kind'],
  },
  {
    what: 'a component of another class',
    seed: edit(SCENE, /(detector: !<MappingBased.AssignableType> ).*/, '$16ccff0d0-5373-5ac7-ba98-6bf78a96c741'),
    code: 'input-class',
    file: SCENE,
    at: 'detector: !',
  },
  {
    what: 'an input that the meta does not know yet',
    seed: edit(HAPPY, '  @input\n', '  @input\n  brandNew: number = 1;\n\n  @input\n'),
    code: 'stale-input-lines',
    file: `${HAPPY}.meta`,
    at: 'InputLines',
  },
];

const MODEL_FAULTS: readonly Fault[] = [
  { what: 'a damaged model', seed: write(MODEL, new Uint8Array(2000)), code: 'unreadable-model', file: MODEL },
  {
    what: 'another input name',
    seed: edit(`${MODEL}.meta`, 'Name: image', 'Name: data'),
    code: 'model-input',
    file: `${MODEL}.meta`,
    at: 'Inputs',
  },
  {
    what: 'another output name',
    seed: edit(`${MODEL}.meta`, 'Name: prob', 'Name: pred'),
    code: 'model-output',
    file: `${MODEL}.meta`,
    at: 'Outputs',
  },
  {
    what: 'another input size',
    seed: edit(`${MODEL}.meta`, 'x: 96.0', 'x: 64.0'),
    code: 'model-shape',
    file: `${MODEL}.meta`,
    at: 'Inputs',
  },
  {
    what: 'another number of classes',
    seed: edit(`${MODEL}.meta`, 'z: 7.000000', 'z: 8.000000'),
    code: 'model-shape',
    file: `${MODEL}.meta`,
    at: 'Outputs',
    also: ['model-normalization'],
  },
  {
    what: 'a normalization too few',
    seed: edit(`${MODEL}.meta`, '          - scale: 0.007843\n            bias: -1.000000\n', ''),
    code: 'model-normalization',
    file: `${MODEL}.meta`,
    at: 'Inputs',
  },
  {
    what: 'a model that SnapML refuses',
    seed: (project) => project.add('Assets/Second.onnx', join(SHIPPED_MODEL, 'emotion.int8.onnx')),
    code: 'snapml-refuses',
    file: 'Assets/Second.onnx',
    also: ['missing-meta'],
  },
  {
    what: 'too many models',
    seed: (project) => project.add('Assets/Floats.onnx', join(SHIPPED_MODEL, 'emotion.onnx')),
    code: 'ml-size',
    file: 'Assets/Floats.onnx',
    also: ['missing-meta'],
  },
];

const SIZE_FAULTS: readonly Fault[] = [
  {
    what: 'a lens that is too large',
    // What a PNG holds compresses no further.
    seed: write('Assets/Large.png', new Uint8Array([...png(2048, 2048), ...new Uint8Array(9_000_000)])),
    code: 'lens-size',
    file: 'Assets/Large.png',
    also: ['missing-meta'],
  },
  {
    what: 'a picture that is too large',
    seed: write('Assets/Wide.png', png(4096, 16)),
    code: 'texture-size',
    file: 'Assets/Wide.png',
    also: ['missing-meta'],
  },
  {
    what: 'a visual that no camera renders',
    seed: (project) => {
      const id = 'abcdef00-0000-4000-8000-000000000001';
      const canvas = project.read(SCENE).match(/- !<Canvas\/([^>]*)>/)![1];
      project.edit(SCENE, `    - !<own> ${canvas}\n`, `    - !<own> ${canvas}\n    - !<own> ${id}\n`);
      project.edit(SCENE, /$/, `- !<PostEffectVisual/${id}>\n  Name: Post\n  Enabled: true\n  MeshShadowMode: None\n`);
      project.edit(SCENE, /(Name: Orthographic Camera\n {2}Enabled: true\n {2}Layers: )1048576/, '$14');
    },
    code: 'no-camera',
    file: SCENE,
    at: '<SceneObject/67f2ade2',
  },
];

const FAULTS = [
  ...FILE_FAULTS,
  ...PROJECT_FAULTS,
  ...META_FAULTS,
  ...LINK_FAULTS,
  ...SCRIPT_FAULTS,
  ...MODEL_FAULTS,
  ...SIZE_FAULTS,
];

describe('the validator', () => {
  it('finds nothing in the shipped lens and its package', async () => {
    for (const path of [SHIPPED_LENS, join(SHIPPED_LENS, 'EmotionDetector.lspkg')]) {
      const report = await validateProject(path);
      expect(formatReport(report)).toMatch(/: 0 errors, 0 warnings, 0 notes$/);
      expect(report.entities).toBeGreaterThan(40);
    }
  });

  it('finds nothing in the copy that faults are seeded into', async () => {
    const project = new SeededProject();
    expect(await project.findings()).toEqual([]);
    project.delete();
  });

  it.each(FAULTS)('finds $what: $code', async ({ seed, code, file, at, last, also = [] }) => {
    const project = new SeededProject();
    seed(project);
    const findings = await project.findings();
    const line = at === undefined ? 1 : project.line(file, at, last);
    expect(findings.map((finding) => `${finding.code} ${finding.file}:${finding.line}`)).toContain(
      `${code} ${file}:${line}`,
    );
    expect([...new Set(findings.map((finding) => finding.code))].sort()).toEqual([code, ...also].sort());
    project.delete();
  });

  it('has a fault for every kind of finding', () => {
    const others: Code[] = ['type-check', 'not-type-checked', 'outside-link'];
    expect([...new Set([...FAULTS.map(({ code }) => code), ...others])].sort()).toEqual(Object.keys(CODES).sort());
    expect(FAULTS.length).toBeGreaterThanOrEqual(30);
  });
});
