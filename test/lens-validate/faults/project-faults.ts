import { edit, type Fault, NOWHERE, png, write } from './fault.ts';
import { CAMERA_TEXTURE, ESPROJ, HAPPY, MODEL, SCENE } from './seeded-project.ts';

/** The project file and what belongs to it. */
export const PROJECT_FAULTS: readonly Fault[] = [
  {
    what: 'Lens Studio 4',
    seed: edit(ESPROJ, 'major: 5', 'major: 4'),
    code: 'studio-version',
    file: ESPROJ,
    at: 'studioVersion',
  },
  {
    what: 'a future version',
    seed: edit(ESPROJ, 'minor: 22', 'minor: 99'),
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
    what: 'another preview',
    seed: write('preview.mp4', new Uint8Array(100)),
    code: 'preview-hash',
    file: ESPROJ,
    at: 'videoPreviewHash',
  },
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

/** What `.meta` files say of their assets. */
export const META_FAULTS: readonly Fault[] = [
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
