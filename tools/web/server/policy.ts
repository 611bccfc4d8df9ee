import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { extname } from 'node:path';

/** A page loads nothing from anywhere but its own server, and runs no code but its own files. */
export const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "connect-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob: mediastream:",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** What only a header can say: no other page shows this one, and it opens none. */
export const SERVED_POLICY = `${PAGE_POLICY}; frame-ancestors 'none'; sandbox allow-scripts allow-same-origin allow-downloads allow-modals`;

/** A file of somebody's project, should anyone open it by itself: it runs nothing, loads nothing and is of no origin. */
export const FILE_POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'";

const BYTES = 'application/octet-stream';

/** Pictures, sounds and models of a project, as which a browser runs nothing. */
const FILE_TYPES: Readonly<Record<string, string>> = {
  '.bmp': 'image/bmp',
  '.gif': 'image/gif',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.aac': 'audio/aac',
  '.flac': 'audio/flac',
  '.m4a': 'audio/mp4',
  '.mp3': 'audio/mpeg',
  '.ogg': 'audio/ogg',
  '.wav': 'audio/wav',
  '.onnx': BYTES,
};

/** What the pages of this program consist of. */
const PAGE_TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.wasm': 'application/wasm',
};

/** The type of a file of this program by its name. */
export function pageTypeOf(name: string): string {
  return PAGE_TYPES[extname(name)] ?? BYTES;
}

/** The type of a file of a project by its name: what is not on the list is bytes. */
export function fileTypeOf(name: string): string {
  return FILE_TYPES[extname(name).toLowerCase()] ?? BYTES;
}

/** The ending of a file of a project, if its type is on the list; else none. */
export function knownEndingOf(name: string): string {
  const ending = extname(name).toLowerCase();
  return ending in FILE_TYPES ? ending : '';
}

/** Header with the text that the server has given only to its page. */
const TOKEN = 'x-preview-token';

/**
 * Why a request is not answered; null if it is from a page of this server, or from the address line. Any website can send
 * requests to this machine from the browser of its user, and can give itself a name that leads here.
 */
export function refusalOf({ headers, socket }: IncomingMessage, path: string): string | null {
  const own = ['127.0.0.1', 'localhost'].map((host) => `${host}:${socket.localPort}`);
  if (!own.includes(headers.host ?? '')) return `this server only answers to ${own[0]}`;
  if (headers.origin !== undefined && headers.origin !== originOf(headers.host))
    return 'only the page itself may ask for this';
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return null;
  // A link to the page, which shows it and nothing else.
  if (path === '/' && headers['sec-fetch-dest'] === 'document') return null;
  return 'only the page itself may ask for this';
}

/** Why a request does not have the page's rights; null if it does. */
export function tokenRefusalOf({ headers }: IncomingMessage, token: string): string | null {
  const given = Buffer.from(String(headers[TOKEN] ?? ''));
  const wanted = Buffer.from(token);
  if (given.length === wanted.length && timingSafeEqual(given, wanted)) return null;
  return 'this page belongs to an earlier server; reload it, or open the address that the program printed';
}

/** The origin of this server's pages. @param host as a request names it. */
export function originOf(host: string | undefined): string {
  return `http://${host}`;
}
