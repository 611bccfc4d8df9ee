import { inflateRawSync } from 'node:zlib';
import { zipSync } from 'fflate';
import { UserError } from '../../../ml/core/errors.ts';
import type { StoredFile } from './stored-file.ts';

const END_RECORD = 0x06054b50;
const CENTRAL_RECORD = 0x02014b50;
const LOCAL_RECORD = 0x04034b50;
/** More than any package seen; protects from archives that unpack to far more than they are. */
const MAX_ENTRIES = 20_000;
const MAX_BYTES = 500_000_000;
const MAX_ENTRY_BYTES = 100_000_000;
/** ZIP knows no time before this one, which is what Lens Studio's own packages have. */
const NO_TIME = '1980-01-01T00:00:00';

/** Packs files by name, so that the same files give the same bytes. */
export function writeZip(files: Iterable<readonly [name: string, content: Uint8Array | string]>): Uint8Array {
  const encoder = new TextEncoder();
  const entries = [...files].map(([name, content]): [string, Uint8Array] => [
    name,
    typeof content === 'string' ? encoder.encode(content) : content,
  ]);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return zipSync(Object.fromEntries(entries), { level: 9, mtime: NO_TIME });
}

/**
 * The files of a ZIP archive, without unpacking them yet.
 * @param archive names it in errors and in the paths of its files.
 * @throws UserError if it is damaged, encrypted, far too large, or has a name that is unsafe (climbs out of the folder, is
 *   absolute, has a drive or a backslash), that stands twice, or is a symbolic link.
 */
export function readZip(content: Uint8Array, archive: string): StoredFile[] {
  const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
  const damaged = (what: string) =>
    new UserError(`${archive} is not a package or is damaged: ${what}; export or download it again`);
  const end = findEnd(view);
  if (end === null) throw damaged('it has no end record of a ZIP archive');
  const count = view.getUint16(end + 10, true);
  if (count > MAX_ENTRIES) throw damaged(`it claims ${count} files, expected at most ${MAX_ENTRIES}`);
  const names = new Set<string>();
  const files: StoredFile[] = [];
  let at = view.getUint32(end + 16, true);
  let total = 0;
  for (let entry = 0; entry < count; entry++) {
    if (at + 46 > end || view.getUint32(at, true) !== CENTRAL_RECORD) throw damaged('its list of files is broken');
    const bytes = view.getUint32(at + 24, true);
    const nameEnd = at + 46 + view.getUint16(at + 28, true);
    if (nameEnd > end) throw damaged('its list of files is broken');
    const name = new TextDecoder().decode(content.subarray(at + 46, nameEnd));
    refuseUnsafe(archive, name, view.getUint32(at + 38, true) >>> 16);
    // Windows and macOS know no upper and lower case in names.
    if (names.has(name.toLowerCase())) throw damaged(`it contains ${name} twice`);
    names.add(name.toLowerCase());
    total += bytes;
    if (total > MAX_BYTES) throw damaged(`it unpacks to more than ${MAX_BYTES / 1e6} MB`);
    if (bytes > MAX_ENTRY_BYTES) throw damaged(`${name} unpacks to more than ${MAX_ENTRY_BYTES / 1e6} MB`);
    const header = at;
    if (!name.endsWith('/'))
      files.push({
        path: `${archive}!${name}`,
        bytes,
        read: async () => unpack(view, header, (what) => damaged(`${name} ${what}`)),
      });
    at = nameEnd + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
  }
  return files;
}

/** The end record stands last, before a comment of at most 65,535 bytes. */
function findEnd(view: DataView): number | null {
  const last = view.byteLength - 22;
  for (let at = last; at >= 0 && at >= last - 0xffff; at--) if (view.getUint32(at, true) === END_RECORD) return at;
  return null;
}

const FILE_TYPE = 0o170000;
const SYMBOLIC_LINK = 0o120000;

function refuseUnsafe(archive: string, name: string, mode: number): void {
  const unsafe =
    name === '' || /[\\\0]|^\/|^[A-Za-z]:/.test(name) || name.split('/').some((part) => part === '..' || part === '.');
  if (unsafe)
    throw new UserError(
      `${archive} contains the file name ${JSON.stringify(name)}, which points outside the package; do not use this package`,
    );
  if ((mode & FILE_TYPE) === SYMBOLIC_LINK)
    throw new UserError(`${archive} contains ${name} as a symbolic link, expected only files; do not use this package`);
}

function unpack(view: DataView, header: number, damaged: (what: string) => UserError): Uint8Array {
  if (view.getUint16(header + 8, true) & 1) throw damaged('is encrypted');
  const method = view.getUint16(header + 10, true);
  const packed = view.getUint32(header + 20, true);
  const bytes = view.getUint32(header + 24, true);
  const local = view.getUint32(header + 42, true);
  if (local + 30 > view.byteLength || view.getUint32(local, true) !== LOCAL_RECORD)
    throw damaged('has no local header');
  const start = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  if (start + packed > view.byteLength) throw damaged('is cut off');
  const body = new Uint8Array(view.buffer, view.byteOffset + start, packed);
  if (method !== 0 && method !== 8) throw damaged(`uses compression method ${method}, which is not supported`);
  let content: Uint8Array;
  try {
    content = method === 0 ? body.slice() : new Uint8Array(inflateRawSync(body, { maxOutputLength: bytes || 1 }));
  } catch {
    throw damaged('cannot be unpacked');
  }
  if (content.length !== bytes || crc32(content) !== view.getUint32(header + 16, true))
    throw damaged('differs from its checksum');
  return content;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});

/** The checksum of ZIP archives. */
function crc32(content: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of content) crc = CRC_TABLE[(crc ^ byte) & 255] ^ (crc >>> 8);
  return ~crc >>> 0;
}
