import { posix } from 'node:path';
import {
  type BuildFailure,
  type BuildOptions,
  type BuildResult,
  build,
  type Loader,
  type Message,
  type OnLoadArgs,
  type OnLoadResult,
  type OnResolveArgs,
  type OnResolveResult,
  type Plugin,
  stop,
} from 'esbuild';
import { withTimeout } from '../../../ml/core/async.ts';
import { messageOf, UserError } from '../../../ml/core/errors.ts';
import { filesUnder, type StoredFile } from '../../lens-studio/files/stored-file.ts';
import { GLOBAL_NAMES } from '../names.ts';
import type { LensProgram, ProgramScript } from '../program.ts';

/** Errors that are named; each further one is often a consequence of the first. */
const MAX_ERRORS = 3;
/** What compiles at all takes a small part of it. */
const MAX_SECONDS = 10;

/** The scripts of a program as one ES module. */
export interface ScriptBundle {
  readonly code: string;
  /** Components that are left out, with file and line: they do not compile, and nothing else needs them. */
  readonly problems: readonly string[];
}

/**
 * Bundles the scripts of a program into one ES module, which exports a function by default:
 * `scripts(api) => ({ 'Assets/…/X.ts': () => exports, … })`. It takes what scripts find as globals in Lens Studio
 * ({@link GLOBAL_NAMES}) and gives a function for each script that runs its module and returns what it exports, so that
 * one that throws does not hinder the others. They import what lies in the project, and nothing else.
 * @param folder of the project.
 * @throws UserError with file and line if something that scripts share does not compile, or the compiler ends over it.
 */
export async function bundleScripts(
  folder: string,
  { scripts }: Pick<LensProgram, 'scripts'>,
  problems: readonly string[] = [],
): Promise<ScriptBundle> {
  try {
    return { code: await bundle(folder, scripts), problems };
  } catch (thrown) {
    const { errors } = thrown as BuildFailure;
    if (!Array.isArray(errors)) throw thrown;
    const fileOf = ({ location }: Message) => location && pathInProject(location.file);
    const broken = scripts.filter(({ path }) => errors.some((error) => fileOf(error) === path));
    const own = errors.every((error) => broken.some(({ path }) => path === fileOf(error)));
    if (!own) {
      const named = errors.slice(0, MAX_ERRORS).map((error) => `${describe(error)}; fix the script`);
      throw new UserError(named.join('\n'), { cause: thrown });
    }
    const rest = scripts.filter((script) => !broken.includes(script));
    const lost = errors.map((error) => `${describe(error)}; the script is left out`);
    return bundleScripts(folder, { scripts: rest }, [...problems, ...lost]);
  }
}

async function bundle(folder: string, scripts: readonly ProgramScript[]): Promise<string> {
  const lines = scripts.map(({ path }) => `${JSON.stringify(path)}: () => require(${JSON.stringify(`./${path}`)}),`);
  const files = await projectFiles(folder, `module.exports = {\n${lines.join('\n')}\n};`);
  try {
    const { outputFiles } = await buildInTime({
      entryPoints: ['scripts'],
      plugins: [files],
      bundle: true,
      write: false,
      outfile: 'scripts.js',
      format: 'iife',
      globalName: 'modules',
      target: 'es2022',
      platform: 'neutral',
      sourcemap: 'inline',
      logLevel: 'silent',
      // As Lens Studio compiles them, whatever the project's own settings are.
      tsconfigRaw: { compilerOptions: { experimentalDecorators: true, useDefineForClassFields: false } },
      banner: { js: `export default function scripts({ ${GLOBAL_NAMES.join(', ')} }) {${REQUIRE_ASSET}` },
      footer: { js: 'return modules;\n}' },
    });
    return outputFiles![0].text;
  } catch (thrown) {
    if (Array.isArray((thrown as BuildFailure).errors)) throw thrown;
    throw new UserError(
      `the scripts of ${folder} cannot be compiled: the compiler ran out of memory or took longer than ${MAX_SECONDS} s; ` +
        'look for code that is nested thousands of levels deep',
      { cause: thrown },
    );
  }
}

/**
 * The compiler is a process of its own, which can be ended, but cannot be made to give up a file.
 * @throws Error also if that process ends.
 */
function buildInTime(options: BuildOptions): Promise<BuildResult> {
  return withTimeout(1000 * MAX_SECONDS, build(options), async () => {
    await stop();
    throw new Error('out of time');
  });
}

function describe({ text, location }: Message): string {
  return location ? `${pathInProject(location.file)}:${location.line}: ${text}` : text;
}

/** A script names assets from where it lies itself: each gets a `requireAsset` of its own, which knows its path. */
const REQUIRE_ASSET = `
const requireAssetFrom = (path) => (name) =>
  requireAsset(decodeURIComponent(new URL(encodeURI(String(name)), 'project:///' + encodeURI(path)).pathname.slice(1)));`;
const OWN_REQUIRE_ASSET = (path: string) => `const requireAsset = requireAssetFrom(${JSON.stringify(path)});`;

/** What a script may import, by the ending of its name. */
const LOADERS: Readonly<Record<string, Loader>> = { '.ts': 'ts', '.js': 'js', '.json': 'json' };

/** Tried in this order behind a name without an ending. */
const ENDINGS = ['', '.ts', '.js', '.json', '/index.ts', '/index.js'];

/** Of one file, and of all that the scripts import, in bytes: what the compiler needs of memory is many times as much. */
const MAX_BYTES = 2 << 20;
const MAX_TOTAL_BYTES = 16 << 20;

const ENTRY = 'entry';
const PROJECT = 'project';

/**
 * Gives the compiler the files of a project, and nothing else: it resolves no name on the disk, and so reads no package, no
 * settings and no file that lies elsewhere or is a link.
 * @param entry the module that imports the first scripts; it lies in the project's folder.
 */
export async function projectFiles(folder: string, entry: string): Promise<Plugin> {
  const files = new Map<string, StoredFile>();
  for (const under of ['Assets', 'Packages'])
    for (const file of await filesUnder(folder, under)) if (loaderOf(file.path)) files.set(file.path, file);
  let bytesLeft = MAX_TOTAL_BYTES;

  const resolve = ({ path, importer, namespace, kind }: OnResolveArgs): OnResolveResult => {
    if (kind === 'entry-point') return { path, namespace: ENTRY };
    const from = namespace === PROJECT ? posix.dirname(importer) : '.';
    const wanted = /^\.{1,2}\//.test(path) ? posix.join(from, path) : null;
    const found = wanted === null ? undefined : candidatesOf(wanted).find((name) => files.has(name));
    if (found !== undefined) return { path: found, namespace: PROJECT };
    return { errors: [{ text: `Could not resolve ${JSON.stringify(path)}` }] };
  };

  const load = async ({ path, with: attributes }: OnLoadArgs): Promise<OnLoadResult> => {
    const loader = loaderOf(path)!;
    const asked = attributes['type'];
    if (asked !== undefined && asked !== loader)
      return {
        errors: [{ text: `${path} is imported as ${JSON.stringify(asked)}; scripts can import only code and JSON` }],
      };
    const file = files.get(path)!;
    bytesLeft -= file.bytes;
    if (file.bytes > MAX_BYTES)
      return { errors: [{ text: `${path} has ${file.bytes} bytes, at most ${MAX_BYTES} are compiled` }] };
    if (bytesLeft < 0)
      return { errors: [{ text: `with ${path}, the scripts have more than ${MAX_TOTAL_BYTES} bytes in total` }] };
    try {
      const code = new TextDecoder().decode(await file.read());
      // On the first line, so that no line moves.
      return { contents: /\brequireAsset\b/.test(code) ? OWN_REQUIRE_ASSET(path) + code : code, loader };
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
      return { errors: [{ text: messageOf(thrown) }] };
    }
  };

  return {
    name: 'project-files',
    setup(build) {
      build.onResolve({ filter: /.*/ }, resolve);
      build.onLoad({ filter: /.*/, namespace: ENTRY }, () => ({ contents: entry, loader: 'js' }));
      build.onLoad({ filter: /.*/, namespace: PROJECT }, load);
    },
  };
}

/** The path of a script as the compiler's messages name it, in the project. */
function pathInProject(file: string): string {
  return file.replace(`${PROJECT}:`, '');
}

function loaderOf(path: string): Loader | undefined {
  return LOADERS[posix.extname(path)];
}

/** Names that an import may mean; TypeScript takes `./X.js` for `./X.ts`, too. */
function candidatesOf(path: string): string[] {
  const names = ENDINGS.map((ending) => path + ending);
  return path.endsWith('.js') ? [...names, path.replace(/\.js$/, '.ts')] : names;
}
