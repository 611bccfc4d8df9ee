import { realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, sep } from 'node:path';
import { UserError } from './errors.ts';
import { fileError } from './files.ts';

/**
 * The path of a file in a folder that somebody else made, for writing. The file itself may be a link, which
 * {@link writeAtomic} replaces; none of the folders on the way to it leads out.
 * @throws UserError if the file would lie outside the folder, by its path or by a link.
 */
export async function pathInside(folder: string, path: string): Promise<string> {
  const file = join(folder, path);
  const root = await existing(folder);
  const place = await existing(dirname(file));
  if (isInside(folder, file) && (root.missing || isInside(root.path, place.path))) return file;
  throw new UserError(
    `${file} would be written to ${place.path}, outside of ${folder}; a link leads there: replace it by a real folder first`,
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

/** Whether a path is a folder's own or lies below it, by the names alone: no link is followed. */
export function isInside(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
