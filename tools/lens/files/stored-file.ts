import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileError, readBytes } from '../../../ml/core/files.ts';
import { isTemporary } from '../../../ml/core/temporary.ts';

/** A file of a project, on the disk or packed in a package. */
export interface StoredFile {
  /** From the project's folder, with `/`; inside a package `Packages/Name.lspkg!Package/Assets/…`. */
  readonly path: string;
  readonly bytes: number;
  /** @throws UserError if it cannot be read or is damaged. */
  read(): Promise<Uint8Array>;
}

/**
 * All files below `folder/under`, sorted by path; links are not followed, since Lens Studio's projects have none. Files that
 * are not whole yet do not count.
 */
export async function filesUnder(folder: string, under: string): Promise<StoredFile[]> {
  const entries = await readdir(join(folder, under), { withFileTypes: true }).catch((thrown) => {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw fileError('read', join(folder, under), thrown);
  });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  const files: StoredFile[] = [];
  for (const entry of entries) {
    if (isTemporary(entry.name)) continue;
    const path = `${under}/${entry.name}`;
    if (entry.isDirectory()) files.push(...(await filesUnder(folder, path)));
    else if (entry.isFile()) files.push(await storedFile(folder, path));
  }
  return files;
}

/** @throws UserError if there is no such file. */
export async function storedFile(folder: string, path: string): Promise<StoredFile> {
  const file = join(folder, path);
  const { size } = await stat(file).catch((thrown) => {
    throw fileError('read', file, thrown);
  });
  return { path, bytes: size, read: () => readBytes(file) };
}

const POINTER = 'version https://git-lfs.github.com/';

/** Whether a file is a Git LFS pointer: a text of about 130 bytes in place of the file itself. */
export async function isPointer(file: StoredFile): Promise<boolean> {
  return file.bytes < 1024 && new TextDecoder().decode(await file.read()).startsWith(POINTER);
}
