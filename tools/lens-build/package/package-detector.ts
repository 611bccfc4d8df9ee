import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { areEmotions } from '../../../lens/Assets/EmotionDetector/Emotions.ts';
import { readText } from '../../../ml/core/files.ts';
import { writeZip } from '../../lens-studio/files/zip.ts';
import { readScript } from '../../lens-studio/scripts/read-script.ts';
import { fields, NULL_ID, reference, Tagged } from '../../lens-studio/yaml/value.ts';
import { write } from '../../lens-studio/yaml/write.ts';
import { deviceCameraTexture, faceCropTexture } from '../assets.ts';
import { assignmentsOf, inputsOfModel } from '../detector-inputs.ts';
import { DETECTOR_FOLDER } from '../emotion-lens.ts';
import { assetId, idOf } from '../ids.ts';
import type { LensModel } from '../lens-model.ts';
import { assetMeta, modelMeta, scriptMeta } from '../meta.ts';
import { script } from '../scene/components.ts';
import { writePrefab } from '../scene/scene-files.ts';
import { SHIPPED_LENS } from '../shipped.ts';
import { OLDEST_STUDIO } from '../studio.ts';

/**
 * Paths from which the ids in the package come. They differ from the lens's, so that the package and the lens can lie in
 * one project without two assets of the same id.
 */
const NAMES = 'EmotionDetector.lspkg';
/** Where a package's files lie in the archive. */
const ROOT = 'Package/Assets';
const PREFAB = 'EmotionDetector__PLACE_IN_SCENE';
const FACE_CROP = 'Face Crop Texture.faceCropTexture';
const CAMERA = 'Device Camera Texture.deviceCameraTexture';
const DETECTOR = 'EmotionDetector.ts';
const README = fileURLToPath(new URL('./package.md', import.meta.url));
const SETUP = fileURLToPath(new URL('./setup-script.js', import.meta.url));

/**
 * The detector as a package of Lens Studio: scripts, model, face crop texture, and a prefab in which they are wired, with
 * a script that puts it into the scene. The same input gives the same bytes.
 * @throws UserError if a script cannot be read.
 */
export async function packageDetector(model: LensModel): Promise<Uint8Array> {
  const { name, bytes, description } = model;
  const path = (asset: string) => `${NAMES}/${asset}`;
  const folder = join(SHIPPED_LENS, DETECTOR_FOLDER);
  const names = (await readdir(folder)).filter((entry) => entry.endsWith('.ts')).sort();
  const texts = await Promise.all(names.map((entry) => readText(join(folder, entry))));
  const scripts = new Map(names.map((entry, at) => [entry, readScript(texts[at], path(entry))]));
  const detector = scripts.get(DETECTOR)!;
  const prefab = writePrefab(path(`${PREFAB}.prefab`), {
    name: PREFAB,
    components: [
      script(detector, {
        model: { id: assetId(path(name)) },
        faceCrop: { id: assetId(path(FACE_CROP)) },
        ...assignmentsOf(inputsOfModel(description)),
      }),
    ],
  });
  const files: [string, string | Uint8Array, string][] = [
    ...names.map((entry, at): [string, string, string] => [entry, texts[at], scriptMeta(scripts.get(entry)!)]),
    [name, bytes, modelMeta(path(name), model)],
    [CAMERA, deviceCameraTexture(path(CAMERA)), assetMeta(path(CAMERA))],
    [FACE_CROP, faceCropTexture(path(FACE_CROP), path(CAMERA), detector), assetMeta(path(FACE_CROP))],
    [`${PREFAB}.prefab`, prefab.file, prefab.meta],
    ['README.md', await readText(README), assetMeta(path('README.md'))],
    [
      'package.native',
      descriptor(path('package.native'), path('README.md'), await readText(SETUP), description.labels),
      assetMeta(path('package.native')),
    ],
  ];
  return writeZip(
    files.flatMap(([asset, content, meta]) => [
      [`${ROOT}/${asset}`, content] as const,
      [`${ROOT}/${asset}.meta`, meta] as const,
    ]),
  );
}

/**
 * What Lens Studio shows of a package before it is opened.
 * @param setup the code that Lens Studio runs when the package is put into a project.
 */
function descriptor(path: string, readme: string, setup: string, labels: readonly string[]): string {
  const what = areEmotions(labels) ? 'seven facial expressions' : `${labels.length} classes (${labels.join(', ')})`;
  return write([
    new Tagged(
      `NativePackageDescriptor/${assetId(path)}`,
      fields({
        PackagePath: '',
        StudioVersion: fields({ ...OLDEST_STUDIO.version, type: 'Unset', buildFlavor: '', timestamp: 0, commit: '' }),
        Description: `Recognizes ${what} on the phone, for Behavior scripts and your own scripts.`,
        SvgIcon: '',
        SetupScript: fields({ code: setup.trimEnd() }),
        VersionMajor: 1,
        VersionMinor: 0,
        VersionPatch: 0,
        UpdateCheckpoint: OLDEST_STUDIO.checkpoint,
        ExportUid: idOf(`package export ${path}`),
        ComponentUid: idOf(`package component ${path}`),
        PackagePolicy: 'CanBeUnpackedTransparent',
        ReadMe: reference(assetId(readme)),
        Tags: [],
        Attachments: [],
        Instantiable: reference(NULL_ID),
        AssetLibraryDependencyStructure: new Tagged(
          'AssetLibraryDependencyStructure',
          fields({
            Name: '',
            AssetId: '',
            Hash: '',
            Version: fields({ major: 0, minor: 0, patch: 0, build: 0 }),
          }),
        ),
      }),
    ),
  ]);
}
