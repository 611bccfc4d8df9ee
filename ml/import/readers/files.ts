import { lstat, readdir } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { messageOf, UserError } from '../../core/errors.ts';
import { fileError, isFolder, readBytes } from '../../core/files.ts';
import { FileNameSchema } from '../../core/untrusted-path.ts';
import { readModelFile, refuseLargeModel } from '../../runtime/model-file.ts';

/** The files of a model that somebody else made: a folder, or a zip archive, which is unpacked in memory. */
export interface ModelFiles {
  /** The folder or archive, for messages. */
  readonly place: string;
  readonly names: readonly string[];
  /** A path of a file in it, for messages. */
  path(name: string): string;
  /**
   * @param name as another file states it: never a path or an address.
   * @throws UserError if it is one, or there is no such file, or it is a link or far too large.
   */
  read(name: string): Promise<Uint8Array>;
}

/** @throws UserError if it cannot be read. */
export async function filesIn(place: string): Promise<ModelFiles> {
  if (await isFolder(place)) return { ...folder(place), names: await namesIn(place) };
  const ending = extname(place).toLowerCase();
  if (ending === '.zip') return archive(place);
  const around = dirname(place);
  // The parts of a TensorFlow.js model lie next to it; other files are whole.
  return { ...folder(around), names: ending === '.json' ? await namesIn(around) : [basename(place)] };
}

const namesIn = (folder: string): Promise<string[]> =>
  readdir(folder).catch((thrown) => {
    throw fileError('read', folder, thrown);
  });

function folder(place: string): Omit<ModelFiles, 'names'> {
  const path = (name: string) => join(place, name);
  return {
    place,
    path,
    read: async (name) => {
      const file = path(nameIn(name, place));
      const info = await lstat(file).catch(() => null);
      if (!info?.isFile()) {
        throw new UserError(
          `${file} ${info ? 'is a link or a folder' : 'does not exist'}, and the model needs it; put the file itself there`,
        );
      }
      refuseLargeModel(file, info.size);
      return readBytes(file);
    },
  };
}

function nameIn(name: string, place: string): string {
  const parsed = FileNameSchema.safeParse(name);
  if (parsed.success) return parsed.data;
  const [{ message }] = parsed.error.issues;
  throw new UserError(
    `the model in ${place} names another file of its own: ${message}; put all of its files in one folder`,
  );
}

/** Unpacked bytes of an archive together, and its files. */
const MAX_UNPACKED = 120_000_000;
const MAX_FILES = 200;

async function archive(place: string): Promise<ModelFiles> {
  const contents = unpack(await readModelFile(place), place);
  const path = (name: string) => `${name} in ${place}`;
  return {
    place,
    names: [...contents.keys()],
    path,
    read: async (name) => {
      const bytes = contents.get(nameIn(name, place));
      if (!bytes)
        throw new UserError(`${path(name)} does not exist, and the model needs it; download the archive again`);
      return bytes;
    },
  };
}

/** The files of an archive by their names without folders. */
function unpack(bytes: Uint8Array, place: string): ReadonlyMap<string, Uint8Array> {
  const refuse = (found: string, fix: string) => new UserError(`${place}: ${found}; ${fix}`);
  const fault = { found: undefined as UserError | undefined };
  const names = new Set<string>();
  let total = 0;
  let unpacked: ReturnType<typeof unzipSync>;
  try {
    unpacked = unzipSync(bytes, {
      filter: ({ name, originalSize }) => {
        const file = basename(name);
        // Folders, and what macOS adds.
        if (fault.found || name.endsWith('/') || name.includes('__MACOSX') || file.startsWith('.')) return false;
        total += originalSize;
        if (total > MAX_UNPACKED || names.size >= MAX_FILES) {
          fault.found = refuse(
            `unpacked it has more than ${MAX_FILES} files or ${MAX_UNPACKED / 1e6} MB, more than any model for a lens`,
            'export the model again',
          );
        } else if (names.has(file))
          fault.found = refuse(`there are several files ${JSON.stringify(file)}`, 'unpack it and name one model');
        names.add(file);
        return fault.found === undefined;
      },
    });
  } catch (thrown) {
    throw refuse(`it is not a complete zip archive (${messageOf(thrown)})`, 'download it again');
  }
  if (fault.found) throw fault.found;
  return new Map(Object.entries(unpacked).map(([name, content]) => [basename(name), content]));
}
