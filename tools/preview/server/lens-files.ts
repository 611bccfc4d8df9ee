import { basename, extname, resolve } from 'node:path';
import { messageOf, UserError } from '../../../ml/core/errors.ts';
import { detectorModel, landmarkModel } from '../../../ml/faces/networks/models.ts';
import { sha256Of } from '../../../ml/model/exported-file.ts';
import { storedFile } from '../../lens-studio/files/stored-file.ts';
import { bundleScripts } from '../../simulator/load/bundle-scripts.ts';
import { MAX_MEDIA_BYTES } from '../../simulator/load/read-assets.ts';
import { readProgram } from '../../simulator/load/read-program.ts';
import type { LensProgram, ProgramAsset } from '../../simulator/program.ts';
import { knownEndingOf } from '../../web/server/policy.ts';
import { checkInterface, type ModelFile, onnxFileOf } from './model-file.ts';
import { LENS_MODULE } from './page.ts';
import { sceneStamp } from './save-inputs.ts';
import { withModel } from './swap-model.ts';

/** Module of the project's scripts. */
export const SCRIPTS_MODULE = 'scripts.js';

/** What the page runs. */
export interface LensSource {
  /** Folder of the project. */
  readonly project: string;
  /** Run in place of the project's models; null: theirs. */
  readonly model: ModelFile | null;
}

/** What a page that is served may do, which a written one may not. */
export interface LivePage {
  /** Allows this page to save into the scene. */
  readonly token: string;
  /** Address of the stream that says when the project has changed. */
  readonly changes: string;
}

/** A project as the page gets it: files in addition to its own, by name. */
export interface LensFiles {
  readonly files: ReadonlyMap<string, () => Promise<Uint8Array>>;
  /** What is left out, and why. */
  readonly problems: readonly string[];
  /** Why the project cannot be run; null if it can. */
  readonly failure: string | null;
}

/**
 * Reads a project and writes it as files for the page.
 * @throws UserError if the project cannot be read or something that its scripts share does not compile.
 */
export async function lensFiles({ project, model }: LensSource, live: LivePage | null): Promise<LensFiles> {
  // Before all else: what is written after it is a change that is reported.
  const stamp = live && (await sceneStamp(project));
  const read = await readProgram(project);
  const program = model?.described ? withModel(read, model.described) : read;
  const bundle = await bundleScripts(project, program);
  const files = new Map<string, () => Promise<Uint8Array>>();
  const urls: Record<string, string> = {};
  const missing: Record<string, string> = {};
  for (const asset of program.assets) {
    try {
      const file = await fileOf(project, model, asset);
      if (file === null) continue;
      files.set(file.name, file.read);
      urls[asset.id] = file.name;
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
      missing[asset.id] = messageOf(thrown);
    }
  }
  const networks = { detector: '', landmarks: '' };
  for (const [name, content] of [
    ['detector', await detectorModel()],
    ['landmarks', await landmarkModel()],
  ] as const) {
    const file = nameOf(`${name}.onnx`, content);
    files.set(file, async () => content);
    networks[name] = file;
  }
  const problems = [...bundle.problems, ...Object.values(missing)];
  const code = moduleOf({
    program,
    missing,
    problems,
    session: live && { token: live.token, stamp },
    changes: live?.changes ?? null,
    failure: null,
    files: { assetUrls: urls, networkUrls: networks },
  });
  return withModules(files, code, bundle.code, [...program.problems, ...problems], null);
}

/** As {@link lensFiles}; of a project that cannot be run, files with which the page says why. */
export function servedFiles(source: LensSource, live: LivePage): Promise<LensFiles> {
  return lensFiles(source, live).catch((thrown) => {
    if (!(thrown instanceof UserError)) throw thrown;
    const failure = messageOf(thrown);
    const name = basename(resolve(source.project));
    const nothing: LensProgram = { name, objects: [], scripts: [], assets: [], problems: [] };
    const code = moduleOf({
      program: nothing,
      missing: {},
      problems: [],
      session: null,
      changes: live.changes,
      failure,
      files: { assetUrls: {}, networkUrls: { detector: '', landmarks: '' } },
    });
    return withModules(new Map(), code, 'export default () => ({});', [], failure);
  });
}

function withModules(
  files: Map<string, () => Promise<Uint8Array>>,
  lens: string,
  scripts: string,
  problems: readonly string[],
  failure: string | null,
): LensFiles {
  const encoder = new TextEncoder();
  files.set(LENS_MODULE, async () => encoder.encode(lens));
  files.set(SCRIPTS_MODULE, async () => encoder.encode(scripts));
  return { files, problems, failure };
}

/** What `virtual:lens` exports. */
interface ModuleValues {
  readonly [name: string]: unknown;
  /** Names of files, of which URLs become. */
  readonly files: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Code of `virtual:lens`. */
function moduleOf({ files, ...values }: ModuleValues): string {
  // As JSON, in which no key is more than a key.
  const literal = (value: unknown) => `JSON.parse(${JSON.stringify(JSON.stringify(value))})`;
  return [
    `export { default as scripts } from './${SCRIPTS_MODULE}';`,
    ...Object.entries(values).map(([name, value]) => `export const ${name} = ${literal(value)};`),
    'const urlsOf = (files) =>',
    '  Object.fromEntries(Object.entries(files).map(([key, file]) => [key, new URL(file, import.meta.url).href]));',
    ...Object.entries(files).map(([name, value]) => `export const ${name} = urlsOf(${literal(value)});`),
  ].join('\n');
}

interface AssetFile {
  readonly name: string;
  read(): Promise<Uint8Array>;
}

/** The file of a picture, sound or model; null for anything else. */
async function fileOf(project: string, model: ModelFile | null, asset: ProgramAsset): Promise<AssetFile | null> {
  switch (asset.kind) {
    case 'model': {
      const file = model ?? (await onnxFileOf(project, asset));
      checkInterface(file, asset);
      return { name: nameOf(file.path, file.content), read: async () => file.content };
    }
    case 'picture':
    case 'sound': {
      const file = await storedFile(project, asset.path);
      if (file.bytes > MAX_MEDIA_BYTES)
        throw new UserError(`${asset.path} is skipped: it has ${file.bytes} bytes, the limit is ${MAX_MEDIA_BYTES}`);
      return { name: nameOf(asset.path, await file.read()), read: file.read };
    }
    default:
      return null;
  }
}

/** A name that is of this program's making, whatever the file is called, and another one once the file has changed. */
function nameOf(path: string, content: Uint8Array): string {
  const stem = basename(path, extname(path))
    .replace(/[^\w.-]+/g, '_')
    .replace(/^\.+/, '');
  return `${stem.slice(0, 60)}-${sha256Of(content).slice(0, 12)}${knownEndingOf(path)}`;
}
