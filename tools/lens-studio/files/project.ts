import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { UserError } from '../../../ml/core/errors.ts';
import { fileError, isFolder, readText } from '../../../ml/core/files.ts';
import { withLock } from '../../../ml/core/lock.ts';
import { parse } from '../yaml/parse.ts';
import { type Contents, readContents } from './contents.ts';
import { isId, plain } from './entity.ts';
import { type PackedPackage, readPackages } from './package.ts';
import { filesUnder } from './stored-file.ts';

/** A project of Lens Studio 5 as it lies on the disk. */
export interface Project extends Contents {
  readonly folder: string;
  readonly esproj: Esproj;
  readonly packages: readonly PackedPackage[];
}

/**
 * Reads a project: `*.esproj`, `Assets/` and `Packages/`.
 * @throws UserError if the folder is not a project, or its `.esproj` cannot be read. Any other file that cannot be read becomes
 *   a fault in the result.
 */
export async function readProject(folder: string): Promise<Project> {
  const name = await findEsproj(folder);
  const esproj = readEsproj(await readText(join(folder, name)), name);
  const files = [...(await filesUnder(folder, 'Assets')), ...(await filesUnder(folder, 'Packages'))];
  const contents = await readContents(files);
  return { ...contents, folder: resolve(folder), esproj, packages: await readPackages(contents.assets) };
}

/**
 * Name of a project's `.esproj`.
 * @throws UserError if the folder is not a project.
 */
export async function findEsproj(folder: string): Promise<string> {
  if (!(await isFolder(folder)))
    throw new UserError(`${folder} is a file; give the folder that contains the project's .esproj file`);
  const names = (
    await readdir(folder, { withFileTypes: true }).catch((thrown) => {
      throw fileError('read', folder, thrown);
    })
  )
    .filter((entry) => entry.isFile() && entry.name.endsWith('.esproj'))
    .map(({ name }) => name);
  if (names.length === 1) return names[0];
  throw new UserError(
    names.length === 0
      ? `${folder} is not a Lens Studio project: it contains no .esproj file; give the folder that contains one`
      : `${folder} contains ${names.length} .esproj files (${names.join(', ')}), expected one; move the others elsewhere`,
  );
}

const integer = z.number().int().nonnegative();
const text = z
  .union([z.string(), z.number(), z.boolean()])
  .nullish()
  .transform((value) => String(value ?? ''));
const esprojSchema = z.object({
  studioVersion: z.object({ major: integer, minor: integer, patch: integer }),
  sceneId: z.string().refine(isId, 'expected an id'),
  metaInfo: z.object({
    // A name may look like a number.
    lensName: text,
    iconHash: text,
    videoPreviewHash: text,
    lensDescriptors: z.array(z.string()).default([]),
    lensClientCompatibilities: z.array(z.string()).default([]),
  }),
});

/** A project's `.esproj`: the version that wrote it, its scene and its name. */
export interface Esproj extends z.output<typeof esprojSchema> {
  readonly path: string;
  readonly text: string;
}

/** @throws UserError with the field if something that every project of Lens Studio 5 has is missing or of another type. */
function readEsproj(text: string, path: string): Esproj {
  const fields = parse(text, path);
  if (!(fields instanceof Map)) throw new UserError(`${path}:1: found no fields; restore the file from a backup`);
  const read = esprojSchema.safeParse(plain(fields));
  if (!read.success) {
    const [{ path: field, message }] = read.error.issues;
    throw new UserError(`${path}: ${field.join('.')}: ${message}; restore the file from a backup`);
  }
  return { ...read.data, path, text };
}

/**
 * What a project file says of its icon and of its preview: the MD5 of `icon.png` and `preview.mp4` next to it, in hexadecimal.
 * All of the projects of Lens Studio 5.17 to 5.20 that were seen with a preview agree.
 */
export function mediaHashOf(content: Uint8Array): string {
  return createHash('md5').update(content).digest('hex');
}

/** Deeper than the folders of any project seen. */
const MAX_DEPTH = 20;

/**
 * Changes a Lens Studio project that no other of our processes changes meanwhile; see {@link withLock}.
 * @throws UserError if another process is at work there, or the project cannot be written.
 */
export function withProjectLock<T>(project: string, what: string, work: () => Promise<T>): Promise<T> {
  return withLock(project, what, work, { depth: MAX_DEPTH });
}
