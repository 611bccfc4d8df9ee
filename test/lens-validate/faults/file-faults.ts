import { join } from 'node:path';
import { zipSync } from 'fflate';
import { SHIPPED_LENS } from '../../../tools/lens-build/shipped.ts';
import { edit, type Fault, NOWHERE, remove, write } from './fault.ts';
import { MODEL, SCENE, TARGET } from './seeded-project.ts';

const POINTER = 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n';

/** Files that cannot be read, are not there or lie beside no other. */
export const FILE_FAULTS: readonly Fault[] = [
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
    what: 'a package that is a pointer, and a link that may lead into it',
    seed: (project) => {
      project.write('Packages/Pointer.lspkg', POINTER);
      project.edit(SCENE, /(RenderPreviewOutput: !<reference> ).*/, `$1${NOWHERE}`);
    },
    code: 'absent-package',
    file: 'Packages/Pointer.lspkg',
    also: ['missing-meta'],
  },
  {
    what: 'a package of Lens Studio 4',
    seed: write('Packages/Old.lsc', new Uint8Array([1, 0, 0, 0, 0x23, 0x24, 0x6e, 0x61, 9, 9])),
    code: 'old-package',
    file: 'Packages/Old.lsc',
    also: ['missing-meta'],
  },
  {
    what: 'a package that is needed by another and is not here',
    seed: write(
      'Packages/Game.lspkg/package_dependencies.json',
      '{"dependencies": [{"name": "Bitmoji 3D", "version": "9.0.0"}]}',
    ),
    code: 'absent-package',
    file: 'Packages/Game.lspkg/package_dependencies.json',
  },
  {
    what: 'a package that a script imports and that is not here, and links that may lead into it',
    seed: (project) => {
      const text = project.read('Assets/Effects/Easing.ts');
      project.write('Assets/Effects/Easing.ts', `import { SIK } from 'SpectaclesInteractionKit.lspkg/SIK';\n${text}`);
      project.edit(SCENE, /(RenderPreviewOutput: !<reference> ).*/, `$1${NOWHERE}`);
    },
    code: 'absent-package',
    file: 'Assets/Effects/Easing.ts',
  },
  {
    what: 'a package of which only the meta is here',
    seed: write(
      'Packages/Gone.lspkg.meta',
      `- !<AssetImportMetadata/${NOWHERE}>\n  ImportedAssetIds:\n    {}\n  ImporterName: NativePackageImporter\n  PrimaryAsset: !<reference> ${NOWHERE}\n`,
    ),
    code: 'absent-package',
    file: 'Packages/Gone.lspkg',
  },
];
