import { spawn } from 'node:child_process';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf, UserError } from '../../../ml/core/errors.ts';
import { FILE_POLICY, refusalOf } from './policy.ts';

const HOST = '127.0.0.1';
/** Ports that are tried from the default on. */
const PORTS = 100;

export interface ListenOptions {
  /** A free one from the default on if it is left out. */
  readonly port?: number;
  /** Opens the address in the system's browser. */
  readonly open?: boolean;
}

export interface PageServer {
  readonly url: string;
  close(): Promise<void>;
}

/** What is answered with a file. */
export interface ServedFile {
  readonly type: string;
  /** Its content security policy. */
  readonly policy: string;
  readonly content: Uint8Array | string;
}

/** What there is at the address of a page. */
export interface Site {
  /** @param path of the address, with its slash. @returns null if no such file. */
  find(path: string): Promise<ServedFile | null>;
  /** What else is answered, by path. */
  readonly routes: Readonly<Record<string, (request: IncomingMessage, response: ServerResponse) => unknown>>;
  /** Follows the address, for what only the user of this program may know; `#…` never leaves the browser. */
  readonly fragment?: string;
}

/**
 * Serves a page only to this machine, and in its browsers only to the page's own windows.
 * @throws UserError if the port is in use or not allowed.
 */
export async function listen(site: Site, { port, open }: ListenOptions, defaultPort: number): Promise<PageServer> {
  const server = createServer((request, response) => void answer(site, request, response));
  const taken = await listenAt(server, port, defaultPort);
  const url = `http://${HOST}:${taken}/${site.fragment ?? ''}`;
  if (open) openInBrowser(url);
  const close = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  return { url, close };
}

async function listenAt(server: Server, wanted: number | undefined, defaultPort: number): Promise<number> {
  for (let port = wanted ?? defaultPort; ; port++) {
    try {
      await new Promise<void>((done, fail) => {
        server.once('error', fail);
        server.listen(port, HOST, () => {
          server.off('error', fail);
          done();
        });
      });
      return (server.address() as AddressInfo).port;
    } catch (thrown) {
      const inUse = (thrown as NodeJS.ErrnoException).code === 'EADDRINUSE';
      if (inUse && wanted === undefined && port < defaultPort + PORTS) continue;
      const why = inUse ? 'is in use' : `cannot be used (${messageOf(thrown)})`;
      throw new UserError(`port ${port} ${why}; choose another with --port, or omit --port to get a free one`);
    }
  }
}

async function answer(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = '', url = '/' } = request;
  const path = url.replace(/[?#].*/s, '');
  response.setHeader('Content-Security-Policy', FILE_POLICY);
  response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
  response.setHeader('X-Content-Type-Options', 'nosniff');
  response.setHeader('Referrer-Policy', 'no-referrer');
  response.setHeader('Cache-Control', 'no-store');
  const refusal = refusalOf(request, path);
  if (refusal !== null) return say(response, 403, refusal);
  try {
    if (Object.hasOwn(site.routes, path)) {
      await site.routes[path](request, response);
      return;
    }
    if (method !== 'GET' && method !== 'HEAD') return say(response, 405, 'only GET is answered here');
    const file = await site.find(path);
    if (file === null) return say(response, 404, 'no such file');
    response.setHeader('Content-Security-Policy', file.policy);
    response.setHeader('Content-Type', file.type);
    response.end(method === 'HEAD' ? undefined : file.content);
  } catch (thrown) {
    if (response.headersSent) response.destroy();
    else say(response, thrown instanceof UserError ? 404 : 500, messageOf(thrown));
  }
}

function say(response: ServerResponse, status: number, text: string): void {
  response.statusCode = status;
  response.setHeader('Content-Type', 'text/plain; charset=utf-8');
  response.end(text);
}

/** The address stands in the terminal, too, where no browser comes up. */
function openInBrowser(url: string): void {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', url]
        : ['xdg-open', url];
  const child = spawn(command, args, { stdio: 'ignore', detached: true });
  child.on('error', () => {});
  child.unref();
}
