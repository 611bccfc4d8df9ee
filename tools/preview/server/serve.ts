import { randomBytes } from 'node:crypto';
import { createServer } from 'vite';
import { messageOf, UserError } from '../../../ml/core/errors.ts';
import { readProject } from '../../lens/files/project.ts';
import { pageConfig, SERVED_POLICY } from './config.ts';
import { servedModules } from './lens-module.ts';
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
  /** What of the project is left out, and why. */
  readonly problems: readonly string[];
  /** Why the project cannot be run, which the page says too; null if it can. */
  readonly failure: string | null;
  close(): Promise<void>;
}

/**
 * Serves the page for a project to this machine alone, with the project's inputs to be saved from it.
 * @throws UserError if the folder is no project, the model cannot be loaded, or the port is in use or not allowed.
 */
export async function servePreview({ project, model, port, open = false }: ServeOptions): Promise<PreviewServer> {
  await readProject(project);
  if (model !== undefined) await checkModelFile(model);
  const token = randomBytes(16).toString('hex');
  const source = { project, model: model ?? null, token };
  const modules = await servedModules(source);
  const config = pageConfig(source, modules, SERVED_POLICY);
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
  const { problems, failure } = modules;
  return { url: server.resolvedUrls!.local[0], problems, failure, close: () => server.close() };
}
