import { basename, join, resolve } from 'node:path';
import { normalizePath } from 'vite';
import { messageOf, UserError } from '../../../ml/core/errors.ts';
import type { LensProgram, ProgramAsset } from '../../simulator/program.ts';
import { bundleScripts } from '../../simulator/project/bundle-scripts.ts';
import { readProgram } from '../../simulator/project/read-program.ts';
import { checkInterface, onnxFileOf } from './model-file.ts';
import { networkFiles } from './networks.ts';
import { RUN_LENS } from './places.ts';
import { sceneStamp } from './save-inputs.ts';

/** Name of the module of the project's scripts. */
export const SCRIPTS = 'virtual:lens/scripts';

/** What the page runs. */
export interface LensSource {
  /** Folder of the project. */
  readonly project: string;
  /** ONNX file to run in place of the project's models; null: theirs. */
  readonly model: string | null;
  /** Allows this page to save into the scene; null: it cannot. */
  readonly token: string | null;
}

/** A project as the page imports it. */
export interface LensModules {
  /** Code of `virtual:lens`. */
  readonly lens: string;
  /** Code of the scripts that it imports. */
  readonly scripts: string;
  /** What is left out, and why. */
  readonly problems: readonly string[];
  /** Why the project cannot be run; null if it can. */
  readonly failure: string | null;
}

/**
 * Reads a project and writes it as modules for the page.
 * @throws UserError if the project cannot be read or something that its scripts share does not compile.
 */
export async function lensModules({ project, model, token }: LensSource): Promise<LensModules> {
  const program = await readProgram(project);
  const bundle = await bundleScripts(project, program);
  const networks = await networkFiles();
  const { files, missing } = await assetFiles(project, model, program);
  const problems = [...bundle.problems, ...Object.values(missing)];
  const session = token === null ? null : { token, stamp: await sceneStamp(project) };
  const lines = [
    `import { startLens } from ${path(RUN_LENS)};`,
    `import scripts from '${SCRIPTS}';`,
    `import detector from ${path(`${networks.detector}?url`)};`,
    `import landmarks from ${path(`${networks.landmarks}?url`)};`,
    ...files.map(({ file }, at) => `import asset${at} from ${path(`${file}?url`)};`),
    `export const program = ${JSON.stringify(program)};`,
    `const missing = ${JSON.stringify(missing)};`,
    // What has no file is among the problems: the page need not tell it once more.
    'const loadModel = (host) => async (model) => {',
    '  if (model.id in missing) throw new Error(missing[model.id]);',
    '  return host.loadModel(model);',
    '};',
    'export const start = (host, overrides) =>',
    '  startLens(program, scripts, { ...host, loadModel: loadModel(host) }, overrides);',
    `export const assetUrls = { ${files.map(({ id }, at) => `${JSON.stringify(id)}: asset${at}`).join(', ')} };`,
    'export const networkUrls = { detector, landmarks };',
    `export const problems = ${JSON.stringify(problems)};`,
    `export const session = ${JSON.stringify(session)};`,
    'export const failure = null;',
  ];
  return {
    lens: lines.join('\n'),
    scripts: bundle.code,
    problems: [...program.problems, ...problems],
    failure: null,
  };
}

/** As {@link lensModules}; of a project that cannot be run, modules with which the page says why. */
export async function servedModules(source: LensSource): Promise<LensModules> {
  return lensModules(source).catch((thrown) => {
    if (!(thrown instanceof UserError)) throw thrown;
    return failedModules(resolve(source.project), messageOf(thrown));
  });
}

function failedModules(project: string, failure: string): LensModules {
  const nothing: LensProgram = { name: basename(project), objects: [], scripts: [], assets: [], problems: [] };
  const lines = [
    `export const program = ${JSON.stringify(nothing)};`,
    'export const start = () => { throw new Error(failure); };',
    'export const assetUrls = {};',
    "export const networkUrls = { detector: '', landmarks: '' };",
    'export const problems = [];',
    'export const session = null;',
    `export const failure = ${JSON.stringify(failure)};`,
  ];
  return { lens: lines.join('\n'), scripts: 'export default () => ({});', problems: [], failure };
}

interface AssetFile {
  readonly id: string;
  readonly file: string;
}

/** The files of pictures, sounds and models; of what is missing, by id, why. */
async function assetFiles(project: string, model: string | null, { assets }: LensProgram) {
  const files: AssetFile[] = [];
  const missing: Record<string, string> = {};
  for (const asset of assets) {
    try {
      const file = await fileOf(project, model, asset);
      if (file !== null) files.push({ id: asset.id, file });
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
      missing[asset.id] = messageOf(thrown);
    }
  }
  return { files, missing };
}

async function fileOf(project: string, model: string | null, asset: ProgramAsset): Promise<string | null> {
  switch (asset.kind) {
    case 'model': {
      const file = model ?? (await onnxFileOf(project, asset));
      await checkInterface(file, asset);
      return file;
    }
    case 'picture':
    case 'sound':
      return join(project, asset.path);
    default:
      return null;
  }
}

/** A path as an import names it. */
function path(file: string): string {
  return JSON.stringify(normalizePath(resolve(file)));
}
