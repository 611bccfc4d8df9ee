import { randomBytes } from 'node:crypto';
import { readdir, rename, rm } from 'node:fs/promises';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { build } from 'vite';
import { messageOf, UserError } from '../../../ml/core/errors.ts';
import { fileError } from '../../../ml/core/files.ts';
import { pageConfig, STRICT_POLICY } from './config.ts';
import { checkModelFile } from './model-file.ts';
import { REPOSITORY } from './places.ts';

export interface BuildOptions {
  /** Folder of the project. */
  readonly project: string;
  /** ONNX file to run in place of the project's models. */
  readonly model?: string;
  /** Folder that the page is written to. */
  readonly out: string;
  /** Replaces a folder that holds something. */
  readonly force?: boolean;
}

/**
 * Writes the page for a project as a folder of files that any web server can serve, at any address.
 * @throws UserError if the folder holds something and is not to be replaced, or holds the project or this program, which
 *   never are; or if the project cannot be run.
 */
export async function buildPreview({ project, model, out, force = false }: BuildOptions): Promise<void> {
  for (const kept of [project, REPOSITORY])
    if (contains(out, kept)) throw new UserError(`${out} holds ${kept}, which would be lost; choose another folder`);
  if (!force && (await holdsFiles(out)))
    throw new UserError(`${out} is not empty; choose another folder, or replace it with --force`);
  if (model !== undefined) await checkModelFile(model);
  const config = pageConfig({ project, model: model ?? null, token: null }, STRICT_POLICY);
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
  } catch (thrown) {
    await rm(temporary, { recursive: true, force: true });
    throw userErrorIn(thrown) ?? thrown;
  }
}

/** Whether a folder is another one or lies above it. */
function contains(folder: string, other: string): boolean {
  const way = relative(folder, other);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

async function holdsFiles(folder: string): Promise<boolean> {
  return readdir(folder).then(
    (names) => names.length > 0,
    (thrown: NodeJS.ErrnoException) => {
      if (thrown.code === 'ENOENT') return false;
      throw fileError('write', folder, thrown);
    },
  );
}

async function replaceFolder(from: string, to: string): Promise<void> {
  try {
    await rm(to, { recursive: true, force: true });
    await rename(from, to);
  } catch (thrown) {
    throw fileError('write', to, thrown);
  }
}

/** Vite wraps what a plugin throws. */
function userErrorIn(thrown: unknown): UserError | null {
  if (thrown instanceof UserError) return thrown;
  const { cause, errors = [] } = thrown as { cause?: unknown; errors?: readonly unknown[] };
  for (const inner of [cause, ...errors]) {
    const found = inner ? userErrorIn(inner) : null;
    if (found) return found;
    if ((inner as Error | undefined)?.name === 'UserError') return new UserError(messageOf(inner));
  }
  return null;
}
