import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Header with the text that the server has given its page alone. */
const TOKEN = 'x-preview-token';

/**
 * Why a request is not answered; null if it is from a page of this server, or from the address line. Any website can send
 * requests to this machine from the browser of its user, and can give itself a name that leads here.
 */
export function refusalOf({ headers, socket }: IncomingMessage, path: string): string | null {
  const own = ['127.0.0.1', 'localhost'].map((host) => `${host}:${socket.localPort}`);
  if (!own.includes(headers.host ?? '')) return `this server is ${own[0]} alone`;
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
