/** Names and paths that come from files and folders that somebody else made. */
import { realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { z } from 'zod';
import { UserError } from './errors.ts';
import { fileError } from './files.ts';

/** File systems allow names of 255 bytes; this leaves room for what a temporary file's name has in addition. */
const MAX_BYTES = 200;

/** Names that Windows opens as devices, whatever follows the dot. */
const DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(\.|$)/i;

/**
 * The name of a single file or folder, from a file that anybody may have written: never a path, and valid on Linux, macOS
 * and Windows. A name from a file is validated by this before it is joined to a folder.
 */
export const FileNameSchema = z.string().check(({ value, issues }) => {
  const fault = faultOfFileName(value);
  if (fault !== null) issues.push({ code: 'custom', input: value, message: `expected the name of a file, ${fault}` });
});

/** Why a text cannot be the name of a file: `but it is empty`. Null if it can. */
function faultOfFileName(name: string): string | null {
  if (name === '') return 'but it is empty';
  const shown = JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
  if (/[/\\:]/.test(name)) return `but ${shown} is a path; write only the name`;
  if (/^[. ]+$/.test(name)) return `but ${shown} means a folder`;
  if (/[\p{Cc}\p{Cs}<>"|?*]/u.test(name))
    return `but ${shown} has characters that some systems do not allow in file names`;
  if (/[. ]$/.test(name)) return `but ${shown} ends with a dot or a space, which Windows removes`;
  if (DEVICE.test(name)) return `but ${shown} is the name of a device in Windows`;
  if (Buffer.byteLength(name) > MAX_BYTES) return `but ${shown} has more than ${MAX_BYTES} bytes`;
  return null;
}

/**
 * The path of a file in a folder that somebody else made, for writing. The file itself may be a link, which
 * {@link writeAtomic} replaces; none of the folders on the way to it may lead out.
 * @throws UserError if the file would lie outside the folder, by its path or by a link.
 */
export async function pathInside(folder: string, path: string): Promise<string> {
  const file = join(folder, path);
  const root = await existing(folder);
  const place = await existing(dirname(file));
  if (isInside(folder, file) && (root.missing || isInside(root.path, place.path))) return file;
  throw new UserError(
    `${file} would be written to ${place.path}, outside ${folder}, because of a link: replace the link with a real folder first`,
  );
}

/** A folder, or the nearest one above it that exists, after resolving links. */
async function existing(folder: string): Promise<{ path: string; missing: boolean }> {
  for (let at = folder, missing = false; ; at = dirname(at), missing = true) {
    try {
      return { path: await realpath(at), missing };
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code !== 'ENOENT') throw fileError('write', folder, thrown);
    }
  }
}

/** Whether a path is a folder's own or lies below it, by the names only: no link is followed. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
