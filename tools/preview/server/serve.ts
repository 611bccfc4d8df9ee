import { randomBytes } from 'node:crypto';
import { createServer } from 'vite';
import { messageOf, UserError } from '../../../ml/core/errors.ts';
import { isFolder } from '../../../ml/core/files.ts';
import { pageConfig, SERVED_POLICY } from './config.ts';
import { checkModelFile } from './model-file.ts';

const DEFAULT_PORT = 5180;

export interface ServeOptions {
  /** Folder of the project. */
  readonly project: string;
  /** ONNX file to run in place of the project's models. */
  readonly model?: string;
  /** A free one near 5180 if it is left out. */
  readonly port?: number;
  /** Opens it in the system's browser. */
  readonly open?: boolean;
}

export interface PreviewServer {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the page for a project to this machine alone, with the project's inputs to be saved from it.
 * @throws UserError if the port is in use or not allowed, or there is no such folder or model. A project that cannot be read is served: the
 *   page says why.
 */
export async function servePreview({ project, model, port, open = false }: ServeOptions): Promise<PreviewServer> {
  if (!(await isFolder(project))) throw new UserError(`${project} is a file; give the folder that the .esproj lies in`);
  if (model !== undefined) await checkModelFile(model);
  const token = randomBytes(16).toString('hex');
  const config = pageConfig({ project, model: model ?? null, token }, SERVED_POLICY);
  const server = await createServer({
    ...config,
    base: '/',
    server: {
      ...config.server,
      host: '127.0.0.1',
      port: port ?? DEFAULT_PORT,
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
