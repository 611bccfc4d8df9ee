import type { Severity } from '../../ml/check/finding.ts';
import { ML_ASSETS_BYTES } from '../../ml/check/snapml.ts';

// Snap's limits of a lens and its files (Lens Studio guide: project info, submission guidelines, ML Component).

/** Bytes of a lens without its ML assets, compressed. */
export const LENS_BYTES = 8_000_000;
/** Longest side of a texture, in pixels. */
export const TEXTURE_SIDE = 2048;
/** Both sides of the icon, in pixels. */
export const ICON_SIDE = 320;
/** Longest name of a lens, in letters, digits and spaces. */
export const NAME_LENGTH = 18;
/** Bytes of a preview video (Lens Studio guide: preview videos). */
export const VIDEO_BYTES = 32_000_000;
/** Width by height of a preview video. */
export const VIDEO_ASPECT = 9 / 16;

interface Kind {
  readonly severity: Severity;
  readonly expected: string;
  readonly fix: string;
}

const error = (expected: string, fix: string): Kind => ({ severity: 'error', expected, fix });
const warning = (expected: string, fix: string): Kind => ({ severity: 'warning', expected, fix });
const note = (expected: string, fix: string): Kind => ({ severity: 'note', expected, fix });

const megabytes = (bytes: number) => `${bytes / 1e6} MB`;
const RESTORE = 'restore the file from a backup';
const REIMPORT = 'open the project in Lens Studio and save it, or restore the .meta from a backup';
const ASSIGN = 'assign it again in the Inspector';

/** Every kind of finding, with what is right instead and how to fix it. */
export const CODES = {
  // Files
  'unreadable-file': error("a file in Lens Studio's YAML format", RESTORE),
  'lfs-pointer': error('the file itself', 'run `git lfs pull` in its repository'),
  'absent-file': error('the file that the .meta belongs to', 'restore the file from a backup, or delete the .meta'),
  'missing-meta': warning(
    'a .meta with its ids',
    'open the project in Lens Studio, and assign the file again wherever it was used',
  ),
  'name-case': warning('the same capitalization as in its .meta', 'rename one of the two'),
  'damaged-package': error('a package that can be opened', 'export or download it again'),
  'absent-package': note(
    'the package itself; links into it and scripts that use it are not checked',
    'run `git lfs pull`, or open the project in Lens Studio and install the package',
  ),
  'old-package': note(
    'a Lens Studio 5 package; the contents of this one are not checked',
    'ignore this if Lens Studio imports it',
  ),
  // The project file
  'studio-version': error('a project of Lens Studio 5', 'open it in Lens Studio 5, which converts it'),
  'newer-version': note(
    'a version of Lens Studio that is known here',
    'ignore this; what is new in that version is not checked',
  ),
  'scene-id': error('the id of a scene in Assets', 'open the project in Lens Studio and save it'),
  'lens-name': warning(`at most ${NAME_LENGTH} letters, digits and spaces`, 'rename it in Project Info'),
  'icon-size': warning(`${ICON_SIDE} × ${ICON_SIDE} pixels`, 'choose the icon again in Project Info'),
  'icon-hash': warning('the MD5 of icon.png', 'choose the icon again in Project Info'),
  'preview-hash': warning('the MD5 of preview.mp4', 'choose the preview again in Project Settings'),
  'unknown-field': warning('a field that Lens Studio is known to write', 'ignore this if a newer Lens Studio wrote it'),
  // Metas
  importer: error('an importer for this file extension', REIMPORT),
  'primary-asset': error('one of the ImportedAssetIds', REIMPORT),
  'imported-id': error("the id of the asset file's entity", REIMPORT),
  // Ids and links
  'duplicate-id': error('a unique id', 'duplicate assets and objects in Lens Studio, which assigns new ids'),
  'unresolved-link': error('a link to something in the project', ASSIGN),
  'outside-link': warning(
    'a link to something in the package',
    'set it where the package is placed, or leave it empty',
  ),
  'missing-font': warning('a font in the project; another one is shown instead', ASSIGN),
  'link-kind': error('a link to the right type', ASSIGN),
  'unresolved-own': error('an entity further down in the same file', RESTORE),
  'doubly-owned': error('one owner', RESTORE),
  'own-cycle': error('a tree, without cycles', RESTORE),
  orphan: warning('an owner for every entity but the first', 'open the project in Lens Studio and save it'),
  // Materials
  'graph-version': error(
    'Lens Studio 5.22 or newer, whose shader graphs are text',
    'open the project in Lens Studio 5.22 or newer, which converts it, or build it for the older version',
  ),
  'unreadable-graph': error('a shader graph as Lens Studio 5.22 and later write it', RESTORE),
  'missing-texture': error('a texture in the project; the material shows another or none', ASSIGN),
  // Scripts
  'script-syntax': error('a script that parses', 'fix the script'),
  'foreign-api': error("only Lens Studio's API", 'use events such as DelayedCallbackEvent, or a module of Lens Studio'),
  'type-check': error('scripts that type-check', 'fix the script'),
  'not-type-checked': note(
    "Lens Studio's declarations and unpacked packages, which are not in Git",
    'open the project once in Lens Studio, or pass the declarations with --declarations',
  ),
  'missing-input': error('a value, since the input is not @allowUndefined', ASSIGN),
  'unknown-input': warning('an input that the script declares', 'save the scene in Lens Studio, or fix the name'),
  'input-type': error("a value of the input's type", ASSIGN),
  'input-class': error("a component of the input's class", ASSIGN),
  'stale-input-lines': warning(
    "the script's current inputs",
    'open the project in Lens Studio, which compiles the script',
  ),
  // Models
  'unreadable-model': error('an ONNX or TensorFlow Lite file', 'export or download the model again'),
  'model-input': error("the model file's inputs", 'import the model again in Lens Studio'),
  'model-output': error("the model file's outputs", 'import the model again in Lens Studio'),
  'model-shape': error("the model file's width, height and channels", 'import the model again in Lens Studio'),
  'model-normalization': error('one scale and bias for each channel', 'import the model again in Lens Studio'),
  'detector-labels': error(
    'names of which triggers can be made, one for each class of the model',
    'install the model again with `emotion-lens lens install`, or correct Labels in the Inspector',
  ),
  'detector-rest': warning('a class of the model', 'correct Rest Class in the Inspector'),
  'snapml-refuses': warning('a model that SnapML accepts', 'run `emotion-lens check` on it to see what to change'),
  // Sizes
  'ml-size': error(`at most ${megabytes(ML_ASSETS_BYTES)} for all ML assets`, 'choose a smaller or an 8-bit model'),
  'lens-size': warning(`at most ${megabytes(LENS_BYTES)} without ML assets`, 'shrink or remove the largest files'),
  'texture-size': warning(`at most ${TEXTURE_SIDE} × ${TEXTURE_SIDE} pixels`, 'downscale the picture'),
  // Publishing
  'demo-mode': error('Demo Mode off', 'turn it off in the Inspector and save the project'),
  'debug-mode': error('Debug off', 'turn it off in the Inspector and save the project'),
  'no-icon': error('icon.png next to the project file', 'choose an icon in Project Settings'),
  trademark: error("a name without Snap's trademarks", 'rename it in Project Settings'),
  'experimental-api': warning(
    'no experimental APIs, with which Snap limits publishing',
    'turn them off in Project Settings',
  ),
  'no-preview': warning(
    'preview.mp4 next to the project file, as Snap recommends',
    'record one with `emotion-lens lens package --publish`, and choose it in Project Settings or when you submit the lens',
  ),
  'preview-video': warning(
    `an upright MP4 video of 9:16 below ${megabytes(VIDEO_BYTES)}`,
    'record one with `emotion-lens lens package --publish`, or choose another one in Project Settings',
  ),
  // The scene
  'no-camera': warning('a camera that renders one of its layers', "set the object's layer or the camera's Layers"),
} as const satisfies Record<string, Kind>;

export type Code = keyof typeof CODES;
