import { z } from 'zod';

/** File systems hold names of 255 bytes; this leaves room for what a temporary file has appended. */
const MAX_BYTES = 200;

/** What Windows opens as a device, whatever stands behind the dot. */
const DEVICE = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$) *(\.|$)/i;

/**
 * The name of one file or folder, as it stands in a file that anybody may have written: never a path, and a name that
 * Linux, macOS and Windows all take as it is. What comes from a file passes this before it is joined to a folder.
 */
export const FileNameSchema = z.string().check(({ value, issues }) => {
  const fault = faultOfFileName(value);
  if (fault !== null) issues.push({ code: 'custom', input: value, message: `expected the name of a file, ${fault}` });
});

/** Why a text cannot be the name of a file: `but it is empty`. Null if it can. */
function faultOfFileName(name: string): string | null {
  if (name === '') return 'but it is empty';
  const shown = JSON.stringify(name.length > 100 ? `${name.slice(0, 100)}…` : name);
  if (/[/\\:]/.test(name)) return `but ${shown} is a path; write the name alone`;
  if (/^[. ]+$/.test(name)) return `but ${shown} means a folder`;
  if (/[\p{Cc}\p{Cs}<>"|?*]/u.test(name)) return `but ${shown} has characters that no file name has on every system`;
  if (/[. ]$/.test(name)) return `but ${shown} ends with a dot or a space, which Windows drops`;
  if (DEVICE.test(name)) return `but ${shown} is a device of Windows`;
  if (Buffer.byteLength(name) > MAX_BYTES) return `but ${shown} has more than ${MAX_BYTES} bytes`;
  return null;
}
