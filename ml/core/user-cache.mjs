import * as fs from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** The folder that this system has for the caches of a user, by its own custom. */
function cachesOfUser() {
  const { XDG_CACHE_HOME: xdg, LOCALAPPDATA: local } = process.env;
  if (xdg !== undefined && isAbsolute(xdg)) return xdg;
  if (process.platform === 'win32') return local ?? join(homedir(), 'AppData', 'Local');
  return join(homedir(), ...(process.platform === 'darwin' ? ['Library', 'Caches'] : ['.cache']));
}

/**
 * The folder of this program among the caches of the user. Elsewhere than on Windows, where such folders are the user's
 * own, one that somebody else made or can write to is not used.
 * @param {boolean} making whether to make it if it is missing.
 * @returns {string | undefined} nothing if there is none that is the user's alone.
 */
export function userCacheFolder(making) {
  const path = join(cachesOfUser(), 'emotion-lens');
  try {
    if (making) fs.mkdirSync(path, { recursive: true, mode: 0o700 });
    const info = fs.lstatSync(path);
    const own = process.getuid === undefined || (info.uid === process.getuid() && (info.mode & 0o022) === 0);
    return own && info.isDirectory() ? path : undefined;
  } catch {
    return undefined;
  }
}
