import { UserError } from '../../../ml/core/errors.ts';
import { readBytes } from '../../../ml/core/files.ts';
import { type Asset, type Contents, type Definitions, readContents } from './contents.ts';
import { endingOf } from './importers.ts';
import { readZip } from './zip.ts';

/** Where a package says what it is. */
const DESCRIPTOR = 'Package/Assets/package.native';

/**
 * Opens a package of Lens Studio (`.lspkg`, `.lsc`) without unpacking it onto the disk.
 * @throws UserError if it is no ZIP archive, damaged in any file, unsafe (see {@link readZip}), or has no `package.native`.
 */
export async function readPackage(path: string): Promise<Contents> {
  const content = await readBytes(path);
  if (isOldPackage(content))
    throw new UserError(
      `${path} was written by Lens Studio 4 or older, expected a Lens Studio 5 package; import it into Lens Studio 5 and export it again`,
    );
  const files = readZip(content, path);
  if (!files.some((file) => file.path === `${path}!${DESCRIPTOR}`))
    throw new UserError(
      `${path} is not a Lens Studio package: it has no ${DESCRIPTOR}; export it again in Lens Studio`,
    );
  // Reading compares checksums, also of files that are not used further.
  for (const file of files) await file.read();
  return readContents(files);
}

/** A package that lies in a project as one file. */
export interface PackedPackage {
  readonly path: string;
  /** Null if it cannot be read: then nobody knows what ids it brings. */
  readonly definitions: Definitions | null;
  /** Why it cannot be read. */
  readonly problem: string | null;
  /** Whether Lens Studio 4 or an older one wrote it, in a form of its own; what it brings stands in its `.meta`. */
  readonly isOld: boolean;
}

/** All packages of a project together unpack to less. */
const MAX_BYTES = 2_000_000_000;

/** Reads the packages among the assets, one after another. */
export async function readPackages(assets: readonly Asset[]): Promise<PackedPackage[]> {
  const packages: PackedPackage[] = [];
  let left = MAX_BYTES;
  for (const { path, file } of assets) {
    if (file === null || !isPackage(path)) continue;
    try {
      const content = await file.read();
      if (isOldPackage(content)) {
        packages.push({ path, definitions: new Map(), problem: null, isOld: true });
        continue;
      }
      const files = readZip(content, path);
      left -= files.reduce((total, { bytes }) => total + bytes, 0);
      if (left < 0) throw new UserError(`${path} and the packages before it unpack to more than ${MAX_BYTES / 1e9} GB`);
      packages.push({ path, definitions: (await readContents(files)).definitions, problem: null, isOld: false });
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
      packages.push({ path, definitions: null, problem: thrown.message.replace(`${path} `, ''), isOld: false });
    }
  }
  return packages;
}

/** Whether a file is a package by its ending. */
export function isPackage(path: string): boolean {
  return ['lspkg', 'lsc'].includes(endingOf(path));
}

const OLD_HEAD = '\x01\0\0\0#$na';

/** Whether a package is one of Lens Studio 4 or older, by its first bytes. */
function isOldPackage(content: Uint8Array): boolean {
  return String.fromCharCode(...content.subarray(0, OLD_HEAD.length)) === OLD_HEAD;
}
