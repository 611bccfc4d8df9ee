import { type FileHandle, lstat, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { UserError } from './errors.ts';
import { temporaryBeside } from './temporary.ts';

/** What the operating system's error code means, in words that say how to mend it. */
function explain(code: string | undefined, path = ''): string {
  switch (code) {
    case 'ENOENT':
      // Bytes that are not UTF-8 come as this character, and the system finds no such name.
      if (path.includes('\ufffd')) return 'its name is not in UTF-8; rename it';
      return 'it does not exist; check the path';
    case 'ELOOP':
      return 'it is a link that leads back to itself; delete it';
    case 'EISDIR':
      return 'it is a directory, a file was expected';
    case 'ENOTDIR':
    case 'EEXIST':
      return 'a part of its path is a file, not a directory';
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'permission was denied; check its owner and mode';
    case 'ENOSPC':
      return 'the disk is full; free some space and run the command again';
    case 'ERR_FS_FILE_TOO_LARGE':
      return 'it is larger than 2 GiB';
    default:
      return `the system says ${code ?? 'no reason'}`;
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
 * Size of a regular file in bytes. Nothing else is opened: a pipe would wait for its writer for ever.
 * @throws UserError if it is missing, unreadable, a directory, a pipe, a socket or a device.
 */
export async function fileSize(path: string): Promise<number> {
  const info = await statOf(path);
  if (info.isDirectory()) throw new UserError(`cannot read ${path}: ${explain('EISDIR')}`);
  if (!info.isFile())
    throw new UserError(`cannot read ${path}: it is a pipe, a socket or a device, a regular file was expected`);
  return info.size;
}

/**
 * A whole file.
 * @param maxBytes refuse anything larger before reading it.
 * @throws UserError if it is missing, unreadable, no regular file or too large.
 */
export async function readBytes(path: string, maxBytes = 2 ** 31 - 1): Promise<Uint8Array> {
  const size = await fileSize(path);
  if (size > maxBytes)
    throw new UserError(`cannot read ${path}: it has ${size} bytes, at most ${maxBytes} are expected`);
  const buffer = await readFile(path).catch((thrown) => {
    throw fileError('read', path, thrown);
  });
  // A plain array, since a Buffer's slice() is no copy.
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

/** A whole text file in UTF-8, of at most 256 MiB unless told otherwise; see {@link readBytes} for the errors. */
export async function readText(path: string, maxBytes = 2 ** 28): Promise<string> {
  return new TextDecoder().decode(await readBytes(path, maxBytes));
}

/**
 * Writes a file whole or not at all: into a temporary file beside it, flushed, then renamed.
 * Missing directories are made. An older file of that name is replaced in one step; a link is replaced, not followed.
 * @throws UserError if the disk is full or the place cannot be written.
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
 * @throws UserError if the disk is full or the place cannot be written.
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
    // The first error is the one that tells why; the folder may not even be one.
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
      throw new UserError(`cannot write ${path}: it is a link or no file; move it away, and it is made anew`);
    return await open(path, flags);
  } catch (thrown) {
    throw thrown instanceof UserError ? thrown : fileError('write', path, thrown);
  }
}
