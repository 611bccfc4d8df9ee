import { ICON_SIDE, LENS_BYTES, ML_ASSETS_BYTES, NAME_LENGTH, TEXTURE_SIDE } from '../lens-studio/limits.ts';

/** An `error` keeps something in the lens from working, a `warning` may, a `note` is good to know. */
export type Severity = 'error' | 'warning' | 'note';

interface Kind {
  readonly severity: Severity;
  readonly expected: string;
  readonly wayOut: string;
}

const error = (expected: string, wayOut: string): Kind => ({ severity: 'error', expected, wayOut });
const warning = (expected: string, wayOut: string): Kind => ({ severity: 'warning', expected, wayOut });
const note = (expected: string, wayOut: string): Kind => ({ severity: 'note', expected, wayOut });

const megabytes = (bytes: number) => `${bytes / 1e6} MB`;
const RESTORE = 'restore the file from a copy';
const REIMPORT = 'open the project in Lens Studio and save it, or restore the .meta from a copy';
const ASSIGN = 'assign it again in the Inspector';

/** Every kind of finding, with what is right instead and how to mend it. */
export const CODES = {
  // Files
  'unreadable-file': error("a file in Lens Studio's YAML", RESTORE),
  'lfs-pointer': error('the file itself', 'run `git lfs pull` in its repository'),
  'absent-file': error('the file that the .meta belongs to', 'restore the file from a copy, or delete the .meta'),
  'missing-meta': warning(
    'a .meta that fixes its ids',
    'open the project in Lens Studio; if something linked to it, assign it again',
  ),
  'name-case': warning('the same upper and lower case as its .meta has', 'rename one of the two'),
  'damaged-package': error('a package that can be opened', 'export or download it again'),
  'absent-package': note(
    'the package itself; links that may lead into it, and scripts that use it, are not checked',
    'run `git lfs pull`, or open the project in Lens Studio and install the package',
  ),
  'old-package': note(
    'a package of Lens Studio 5; what is in this one is not checked',
    'nothing, if Lens Studio imports it',
  ),
  // The project file
  'studio-version': error('a project of Lens Studio 5', 'open it in Lens Studio 5, which converts it'),
  'newer-version': note('a version of Lens Studio that is known here', 'nothing; what is new in it is not checked'),
  'scene-id': error('the id of a scene in Assets', 'open the project in Lens Studio and save it'),
  'lens-name': warning(`at most ${NAME_LENGTH} letters, digits and spaces`, 'rename it in Project Info'),
  'icon-size': warning(`${ICON_SIDE} × ${ICON_SIDE} pixels`, 'choose the icon again in Project Info'),
  'icon-hash': warning('the MD5 of icon.png', 'choose the icon again in Project Info'),
  'unknown-field': warning('a field that Lens Studio is known to write', 'nothing if a newer Lens Studio wrote it'),
  // Metas
  importer: error('an importer for files of this ending', REIMPORT),
  'primary-asset': error('one of the ImportedAssetIds', REIMPORT),
  'imported-id': error("the id of the asset file's entity", REIMPORT),
  // Ids and links
  'duplicate-id': error('an id that stands for one thing', 'duplicate things inside Lens Studio, which gives new ids'),
  'unresolved-link': error('a link to something in the project', ASSIGN),
  'outside-link': warning(
    'a link to something in the package',
    'set it where the package is placed, or leave it empty',
  ),
  'missing-font': warning('a font in the project; another is shown in its place', ASSIGN),
  'link-kind': error('a link to something of the right kind', ASSIGN),
  'unresolved-own': error('an entity further down in the same file', RESTORE),
  'doubly-owned': error('one owner', RESTORE),
  'own-cycle': error('a tree: nothing owns what owns it', RESTORE),
  orphan: warning('an owner for every entity but the first', 'open the project in Lens Studio and save it'),
  // Scripts
  'script-syntax': error('a script that can be read', 'mend the script'),
  'foreign-api': error("only Lens Studio's API", 'use events such as DelayedCallbackEvent, or a module of Lens Studio'),
  'type-check': error('scripts that type-check', 'mend the script'),
  'not-type-checked': note(
    "Lens Studio's declarations and unpacked packages, which are not in Git",
    'open the project once in Lens Studio, or give the declarations by --declarations',
  ),
  'missing-input': error('a value, since the input is not @allowUndefined', ASSIGN),
  'unknown-input': warning('an input that the script declares', 'save the scene in Lens Studio, or mend the name'),
  'input-type': error("a value of the input's type", ASSIGN),
  'input-class': error("a component of the input's class", ASSIGN),
  'stale-input-lines': warning(
    "the script's inputs as they are now",
    'open the project in Lens Studio, which compiles the script',
  ),
  // Models
  'unreadable-model': error('an ONNX or TensorFlow Lite file', 'export or download the model again'),
  'model-input': error("the model file's inputs", 'import the model again in Lens Studio'),
  'model-output': error("the model file's outputs", 'import the model again in Lens Studio'),
  'model-shape': error('width, height, channels of the model file', 'import the model again in Lens Studio'),
  'model-normalization': error('one scale and bias for each channel', 'import the model again in Lens Studio'),
  'snapml-refuses': warning('a model that SnapML takes', 'run `emotion-lens check` on it, which says what to change'),
  // Sizes
  'ml-size': error(`at most ${megabytes(ML_ASSETS_BYTES)} for all ML assets`, 'choose a smaller or an 8-bit model'),
  'lens-size': warning(`at most ${megabytes(LENS_BYTES)} without ML assets`, 'shrink or leave out the largest files'),
  'texture-size': warning(`at most ${TEXTURE_SIDE} × ${TEXTURE_SIDE} pixels`, 'scale the picture down'),
  // The scene
  'no-camera': warning('a camera that renders one of its layers', "set the object's layer or the camera's Layers"),
} as const satisfies Record<string, Kind>;

export type Code = keyof typeof CODES;
