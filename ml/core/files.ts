import { randomBytes } from 'node:crypto';
import { type FileHandle, lstat, mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UserError } from './errors.ts';
import { exists } from './processes.ts';

/** Explains an error code of the operating system, and how to fix it. */
function explain(code: string | undefined, path = ''): string {
  switch (code) {
    case 'ENOENT':
      // Bytes that are not UTF-8 are replaced by this character, so the system cannot find the file.
      if (path.includes('\ufffd')) return 'its name is not in UTF-8; rename it';
      return 'it does not exist; check the path';
    case 'ELOOP':
      return 'it is a link that points back to itself; delete it';
    case 'EISDIR':
      return 'it is a directory; expected a file';
    case 'ENOTDIR':
    case 'EEXIST':
      return 'a part of the path is a file, not a directory';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'permission denied; check its owner and mode';
    case 'ENOSPC':
      return 'the disk is full; free some space and run the command again';
    case 'ERR_FS_FILE_TOO_LARGE':
      return 'it is larger than 2 GiB';
    default:
      return `the system reports ${code ?? 'no reason'}`;
  }
}

/** Turns a failed file operation into a {@link UserError} that names the file. */
export function fileError(action: 'read' | 'write', path: string, thrown: unknown): UserError {
  const code = (thrown as NodeJS.ErrnoException)?.code;
  return new UserError(`cannot ${action} ${path}: ${explain(code, path)}`, { cause: thrown });
}

function statOf(path: string) {
  return stat(path).catch((thrown) => {
    throw fileError('read', path, thrown);
  });
}

/** @throws UserError if there is nothing at this path, or it is unreadable. */
export async function isFolder(path: string): Promise<boolean> {
  return (await statOf(path)).isDirectory();
}

/**
 * Size of a regular file in bytes. Nothing else is opened: a pipe would wait for its writer forever.
 * @throws UserError if it is missing, unreadable, a directory, a pipe, a socket or a device.
 */
export async function fileSize(path: string): Promise<number> {
  const info = await statOf(path);
  if (info.isDirectory()) throw new UserError(`cannot read ${path}: ${explain('EISDIR')}`);
  if (!info.isFile())
    throw new UserError(`cannot read ${path}: it is a pipe, a socket or a device; expected a regular file`);
  return info.size;
}

/**
 * A whole file.
 * @param maxBytes refuse anything larger before reading it.
 * @throws UserError if it is missing, unreadable, not a regular file or too large.
 */
export async function readBytes(path: string, maxBytes = 2 ** 31 - 1): Promise<Uint8Array> {
  const size = await fileSize(path);
  if (size > maxBytes) throw new UserError(`cannot read ${path}: it has ${size} bytes; expected at most ${maxBytes}`);
  const buffer = await readFile(path).catch((thrown) => {
    throw fileError('read', path, thrown);
  });
  // A plain array, because a Buffer's slice() does not copy.
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

/** A whole text file in UTF-8, of at most 256 MiB by default; see {@link readBytes} for the errors. */
export async function readText(path: string, maxBytes = 2 ** 28): Promise<string> {
  return new TextDecoder().decode(await readBytes(path, maxBytes));
}

/**
 * Writes a file completely or not at all: to a temporary file next to it, which is flushed and then renamed.
 * Missing directories are created. An existing file is replaced in one step; a link is replaced, not followed.
 * @throws UserError if the disk is full or the folder is not writable.
 */
export async function writeAtomic(path: string, content: Uint8Array | string): Promise<void> {
  const temporary = await writeBeside(path, content);
  try {
    await rename(temporary, path);
  } catch (thrown) {
    await rm(temporary, { force: true }).catch(() => {});
    throw fileError('write', path, thrown);
  }
}

/**
 * The first half of {@link writeAtomic}, for files that change together: all are written before any is renamed.
 * @returns the temporary file, which the caller renames or removes.
 * @throws UserError if the disk is full or the folder is not writable.
 */
export async function writeBeside(path: string, content: Uint8Array | string): Promise<string> {
  const temporary = temporaryBeside(path);
  try {
    await mkdir(dirname(path), { recursive: true });
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    return temporary;
  } catch (thrown) {
    // Only the first error tells why; the folder may not even be a folder.
    await rm(temporary, { force: true }).catch(() => {});
    throw fileError('write', path, thrown);
  }
}

/**
 * Opens a file to be changed where it is, or to be appended to. A link is not followed: in a folder that somebody else made
 * it may lead anywhere.
 * @throws UserError if it is a link, or anything else but a regular file, or cannot be opened.
 */
export async function openInPlace(path: string, flags: 'a' | 'r+'): Promise<FileHandle> {
  try {
    const info = await lstat(path).catch(() => null);
    if (info && !info.isFile())
      throw new UserError(
        `cannot write ${path}: it is a link or not a regular file; move it away, and it will be created again`,
      );
    return await open(path, flags);
  } catch (thrown) {
    throw thrown instanceof UserError ? thrown : fileError('write', path, thrown);
  }
}

const TEMPORARY = /\.(\d{1,10})-[0-9a-f]{8}\.tmp$/;

/** A name next to a path for an unfinished file, with the number of this process: see {@link removeStaleTemporaries}. */
export function temporaryBeside(path: string): string {
  return `${path}.${process.pid}-${randomBytes(4).toString('hex')}.tmp`;
}

/** Whether a file or folder of this name is unfinished, or was left behind by a process that was killed. */
export function isTemporary(name: string): boolean {
  return TEMPORARY.test(name);
}

/**
 * Removes what killed processes have left under names of {@link temporaryBeside}, as far as possible. Links are not
 * followed.
 * @param depth levels of subfolders that are searched too.
 */
export async function removeStaleTemporaries(folder: string, depth: number): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    const path = join(folder, entry.name);
    const pid = TEMPORARY.exec(entry.name)?.[1];
    if (pid !== undefined && !exists(Number(pid))) await rm(path, { recursive: true, force: true }).catch(() => {});
    else if (depth > 0 && entry.isDirectory()) await removeStaleTemporaries(path, depth - 1);
  }
}
