import { accessSync, constants, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UserError } from './errors.ts';
import { userCacheFolder } from './user-cache.mjs';

const INSTALLATION = fileURLToPath(new URL('../../', import.meta.url));

/**
 * A folder for files that are made again if they are missing: in the installation, or in the user's cache folder where that
 * cannot be written.
 * @throws UserError if neither can be written.
 */
export function ownCache(name: string, installation = INSTALLATION): string {
  const own = join(installation, '.cache', name);
  try {
    mkdirSync(own, { recursive: true });
    accessSync(own, constants.W_OK);
    return own;
  } catch (thrown) {
    const folder = userCacheFolder(true);
    if (folder !== undefined) return join(folder, name);
    throw new UserError(
      `cannot write ${own}, nor to the cache folder of the user; make one of them writable, or name another one as XDG_CACHE_HOME`,
      { cause: thrown },
    );
  }
}
