import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { UserError } from '../../../ml/core/errors.ts';
import { fileError, removeStaleTemporaries, temporaryBeside } from '../../../ml/core/files.ts';
import { isInside } from '../../../ml/core/untrusted-path.ts';
import { ASSETS, REPOSITORY } from '../../web/server/page.ts';
import { lensFiles } from './lens-files.ts';
import { readGivenModel } from './model-file.ts';
import { previewPage } from './page.ts';

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
 * @throws UserError if the folder is not free (see {@link checkPlace}), the project cannot be run, or the page cannot be
 *   written; then nothing is, and what was there stays.
 */
export async function buildPreview({ project, model, out, force = false }: BuildOptions): Promise<readonly string[]> {
  await checkPlace(out, project, force);
  const source = { project, model: model === undefined ? null : await readGivenModel(model) };
  const { files, problems } = await lensFiles(source, null);
  const page = await previewPage();
  const temporary = temporaryBeside(resolve(out));
  try {
    await mkdir(join(temporary, ASSETS), { recursive: true });
    await removeStaleTemporaries(dirname(temporary), 0);
    for (const [name, content] of page) await writeFile(join(temporary, name), content);
    for (const [name, read] of files) await writeFile(join(temporary, ASSETS, name), await read());
    await swap(temporary, resolve(out));
  } catch (thrown) {
    // The first error is the one that tells why.
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
    throw thrown instanceof UserError ? thrown : fileError('write', out, thrown);
  }
  return problems;
}

/**
 * Makes sure that nothing is lost that this program did not write itself.
 * @throws UserError if the folder holds the project, this program, or where the user is or lives; or anything but a page that
 *   is to be replaced.
 */
async function checkPlace(out: string, project: string, force: boolean): Promise<void> {
  for (const kept of [project, REPOSITORY, process.cwd(), homedir()])
    if (isInside(out, kept)) {
      const lost = relative(out, kept) === '' ? 'what it holds' : `${kept}, which it holds,`;
      throw new UserError(`cannot write the page to ${out}: ${lost} would be lost; choose another folder`);
    }
  const names = await namesIn(out);
  if (names.length === 0) return;
  if (!(await isPage(out, names)))
    throw new UserError(
      `${out} is not empty and holds more than a page of the preview, which is all that --force replaces; choose another folder`,
    );
  if (!force) throw new UserError(`${out} already holds a page; choose another folder, or replace it with --force`);
}

/** Whether a folder holds what the build writes, and nothing else. */
async function isPage(folder: string, names: readonly string[]): Promise<boolean> {
  if (!names.includes('index.html') || !names.every((name) => ['index.html', ASSETS].includes(name))) return false;
  return (await readFile(join(folder, 'index.html'), 'utf8')).includes(PAGE_MARK);
}

async function namesIn(folder: string): Promise<string[]> {
  return readdir(folder).catch((thrown: NodeJS.ErrnoException) => {
    if (thrown.code === 'ENOENT') return [];
    throw fileError('write', folder, thrown);
  });
}

/** Puts a folder in the place of another one, of which there may be none; an error leaves that as it was. */
async function swap(from: string, to: string): Promise<void> {
  const before = temporaryBeside(to);
  const taken = await rename(to, before).then(
    () => true,
    (thrown: NodeJS.ErrnoException) => {
      if (thrown.code === 'ENOENT') return false;
      throw thrown;
    },
  );
  try {
    await rename(from, to);
  } catch (thrown) {
    if (taken) await rename(before, to);
    throw thrown;
  }
  if (taken) await rm(before, { recursive: true, force: true }).catch(() => {});
}
