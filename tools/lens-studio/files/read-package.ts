import { UserError } from '../../../ml/core/errors.ts';
import { readBytes } from '../../../ml/core/files.ts';
import { type Contents, readContents } from './contents.ts';
import { isOldPackage } from './packed-package.ts';
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
      `${path} is a package of Lens Studio 4 or older, one of Lens Studio 5 is expected; import it there and export it again`,
    );
  const files = readZip(content, path);
  if (!files.some((file) => file.path === `${path}!${DESCRIPTOR}`))
    throw new UserError(
      `${path} is no package of Lens Studio: it has no ${DESCRIPTOR}; export it again in Lens Studio`,
    );
  // Reading compares checksums, also of files that are looked at no further.
  for (const file of files) await file.read();
  return readContents(files);
}
