import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../../ml/core/errors.ts';
import { fileError, isTemporary, readBytes } from '../../../ml/core/files.ts';
import { isLfsPointer } from '../../../ml/core/other-formats.ts';
import { isInside } from '../../../ml/core/untrusted-path.ts';
import { MAX_TEXT_LENGTH } from '../yaml/parse.ts';

/** A file of a project, on the disk or packed in a package. */
export interface StoredFile {
  /** From the project's folder, with `/`; inside a package `Packages/Name.lspkg!Package/Assets/…`. */
  readonly path: string;
  readonly bytes: number;
  /** @throws UserError if it cannot be read, is damaged, or a link that leads out of the project. */
  read(): Promise<Uint8Array>;
}

/** More than any project has with its caches. */
const MAX_FILES = 200_000;

/**
 * All files below `folder/under`, sorted by path; links are not followed, since Lens Studio's projects have none. Files
 * that are not whole yet do not count.
 * @throws UserError if the folder is itself a link or cannot be read, or holds more files than any project.
 */
export async function filesUnder(folder: string, under: string): Promise<StoredFile[]> {
  const files: StoredFile[] = [];
  const top = await lstat(join(folder, under)).catch(() => null);
  if (top?.isSymbolicLink())
    throw new UserError(`${join(folder, under)} is a symbolic link, expected a folder; put the folder itself there`);
  await collect(folder, under, files, realpathOnce(folder));
  return files;
}

type Root = () => Promise<string>;

async function collect(folder: string, under: string, files: StoredFile[], root: Root): Promise<void> {
  const entries = await readdir(join(folder, under), { withFileTypes: true }).catch((thrown) => {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw fileError('read', join(folder, under), thrown);
  });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    if (isTemporary(entry.name)) continue;
    const path = `${under}/${entry.name}`;
    if (entry.isDirectory()) await collect(folder, path, files, root);
    else if (entry.isFile()) files.push(await storedFile(folder, path, root));
    if (files.length > MAX_FILES)
      throw new UserError(`${folder} contains more than ${MAX_FILES} files; give the folder of a Lens Studio project`);
  }
}

/**
 * @param root the folder without links, which is the same for all of its files.
 * @throws UserError if there is no such file.
 */
export async function storedFile(folder: string, path: string, root: Root = realpathOnce(folder)): Promise<StoredFile> {
  const file = join(folder, path);
  const { size } = await stat(file).catch((thrown) => {
    throw fileError('read', file, thrown);
  });
  return {
    path,
    bytes: size,
    read: async () => {
      await refuseOutside(root, file);
      return readBytes(file);
    },
  };
}

/** Where a folder lies, looked up when it is first asked for. */
function realpathOnce(folder: string): Root {
  let found: Promise<string> | undefined;
  return () => {
    found ??= realpath(folder);
    return found;
  };
}

/** A folder that somebody else made may have links to files of the user who opens it. */
async function refuseOutside(root: Root, file: string): Promise<void> {
  const [place, real] = await Promise.all([root(), realpath(file)]).catch((thrown) => {
    throw fileError('read', file, thrown);
  });
  if (!isInside(place, real))
    throw new UserError(
      `${file} is a link to ${real}, outside the project, and is not read; put the file itself there`,
    );
}

/** @throws UserError if a file is longer than any text of Lens Studio; it need not be read for that. */
export function refuseLongText({ path, bytes }: StoredFile): void {
  if (bytes > MAX_TEXT_LENGTH)
    throw new UserError(`${path} has ${bytes} bytes, expected at most ${MAX_TEXT_LENGTH}; restore it from a backup`);
}

/** Whether a file is a Git LFS pointer: a text of about 130 bytes in place of the file itself. */
export async function isPointer(file: StoredFile): Promise<boolean> {
  return file.bytes < 1024 && isLfsPointer(new TextDecoder().decode(await file.read()));
}
