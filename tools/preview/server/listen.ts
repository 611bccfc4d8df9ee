import { createServer, type InlineConfig, type ViteDevServer } from 'vite';
import { messageOf, UserError } from '../../../ml/core/errors.ts';

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

/**
 * Serves a page to this machine alone.
 * @throws UserError if the port is in use or not allowed.
 */
export async function listen(
  config: InlineConfig,
  { port, open = false }: ListenOptions,
  defaultPort: number,
): Promise<PageServer> {
  const server: ViteDevServer = await createServer({
    ...config,
    base: '/',
    server: {
      ...config.server,
      host: '127.0.0.1',
      port: port ?? defaultPort,
      strictPort: port !== undefined,
      open,
      hmr: { overlay: false },
    },
  });
  try {
    await server.listen();
  } catch (thrown) {
    await server.close();
    if (port === undefined) throw thrown;
    const reason = messageOf(thrown);
    const why = /already in use/.test(reason) ? 'is in use' : `cannot be used (${reason})`;
    throw new UserError(`port ${port} ${why}; choose another with --port, or leave --port out to get a free one`);
  }
  return { url: server.resolvedUrls!.local[0], close: () => server.close() };
}
