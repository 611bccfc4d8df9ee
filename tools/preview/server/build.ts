import { randomBytes } from 'node:crypto';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { build } from 'vite';
import { UserError } from '../../../ml/core/errors.ts';
import { fileError } from '../../../ml/core/files.ts';
import { pageConfig, STRICT_POLICY } from './config.ts';
import { lensModules } from './lens-module.ts';
import { checkModelFile } from './model-file.ts';
import { REPOSITORY } from './places.ts';

/** Stands in `index.html`: a folder with it is the build's own. */
const PAGE_MARK = '<meta name="generator" content="emotion-lens preview"';

export interface BuildOptions {
  /** Folder of the project. */
  readonly project: string;
  /** ONNX file to run in place of the project's models. */
  readonly model?: string;
  /** Folder that the page is written to. */
  readonly out: string;
  /** Replaces a page that was written there before. */
  readonly force?: boolean;
}

/**
 * Writes the page for a project as a folder of files that any web server can serve, at any address.
 * @returns what of the project is left out, and why.
 * @throws UserError if the folder is not free (see {@link checkPlace}) or the project cannot be run.
 */
export async function buildPreview({ project, model, out, force = false }: BuildOptions): Promise<readonly string[]> {
  await checkPlace(out, project, force);
  if (model !== undefined) await checkModelFile(model);
  const source = { project, model: model ?? null, token: null };
  const modules = await lensModules(source);
  const config = pageConfig(source, modules, STRICT_POLICY);
  const temporary = `${resolve(out)}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await build({
      ...config,
      build: {
        outDir: temporary,
        emptyOutDir: true,
        target: 'es2022',
        // A picture inside a script would be loaded before it is needed.
        assetsInlineLimit: 0,
        modulePreload: { polyfill: false },
        chunkSizeWarningLimit: 2000,
      },
    });
    await replaceFolder(temporary, out);
    return modules.problems;
  } catch (thrown) {
    await rm(temporary, { recursive: true, force: true });
    throw thrown;
  }
}

/**
 * Makes sure that nothing is lost that this program did not write itself.
 * @throws UserError if the folder holds the project, this program, or where the user is or lives; or anything but a page that
 *   is to be replaced.
 */
async function checkPlace(out: string, project: string, force: boolean): Promise<void> {
  for (const kept of [project, REPOSITORY, process.cwd(), homedir()])
    if (contains(out, kept)) throw new UserError(`${out} holds ${kept}, which would be lost; choose another folder`);
  const names = await namesIn(out);
  if (names.length === 0) return;
  if (!(await isPage(out, names)))
    throw new UserError(
      `${out} is not empty, and holds more than a page of the preview, which alone --force replaces; choose another folder`,
    );
  if (!force) throw new UserError(`${out} holds a page already; choose another folder, or replace it with --force`);
}

/** Whether a folder holds what the build writes, and nothing else. */
async function isPage(folder: string, names: readonly string[]): Promise<boolean> {
  if (!names.includes('index.html') || !names.every((name) => ['index.html', 'assets'].includes(name))) return false;
  return (await readFile(join(folder, 'index.html'), 'utf8')).includes(PAGE_MARK);
}

/** Whether a folder is another one or lies above it. */
function contains(folder: string, other: string): boolean {
  const way = relative(folder, other);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return [];
    throw fileError('write', folder, thrown);
  });
}

async function replaceFolder(from: string, to: string): Promise<void> {
  try {
    await rm(to, { recursive: true, force: true });
    await rename(from, to);
  } catch (thrown) {
    throw fileError('write', to, thrown);
  }
}
