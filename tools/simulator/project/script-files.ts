import { posix } from 'node:path';
import type { Loader, OnLoadArgs, OnLoadResult, OnResolveArgs, OnResolveResult, Plugin } from 'esbuild';
import { messageOf, UserError } from '../../../ml/core/errors.ts';
import { filesUnder, type StoredFile } from '../../lens-studio/files/stored-file.ts';

/** What a script may import, by the ending of its name. */
const LOADERS: Readonly<Record<string, Loader>> = { '.ts': 'ts', '.js': 'js', '.json': 'json' };

/** Tried in this order behind a name without an ending. */
const ENDINGS = ['', '.ts', '.js', '.json', '/index.ts', '/index.js'];

/** Of one file, and of all that the scripts import, in bytes: what the compiler needs of memory is many times as much. */
const MOST_BYTES = 2 << 20;
const MOST_BYTES_IN_ALL = 16 << 20;

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
  let bytesLeft = MOST_BYTES_IN_ALL;

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
        errors: [{ text: `${path} is imported as ${JSON.stringify(asked)}; scripts import code and JSON alone` }],
      };
    const file = files.get(path)!;
    bytesLeft -= file.bytes;
    if (file.bytes > MOST_BYTES)
      return { errors: [{ text: `${path} has ${file.bytes} bytes, at most ${MOST_BYTES} are compiled` }] };
    if (bytesLeft < 0)
      return { errors: [{ text: `with ${path} the scripts have more than ${MOST_BYTES_IN_ALL} bytes together` }] };
    try {
      return { contents: await file.read(), loader };
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
export function pathInProject(file: string): string {
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
