import { randomBytes } from 'node:crypto';
import { UserError } from '../../../ml/core/errors.ts';
import { isFolder } from '../../../ml/core/files.ts';
import { pageConfig, SERVED_POLICY } from './config.ts';
import { type ListenOptions, listen, type PageServer } from './listen.ts';
import { checkModelFile } from './model-file.ts';

const DEFAULT_PORT = 5180;

export interface ServeOptions extends ListenOptions {
  /** Folder of the project. */
  readonly project: string;
  /** ONNX file to run in place of the project's models. */
  readonly model?: string;
}

/**
 * Serves the page for a project to this machine alone, with the project's inputs to be saved from it.
 * @throws UserError if the port is in use or not allowed, or there is no such folder or model. A project that cannot be
 *   read is served: the page says why.
 */
export async function servePreview({ project, model, ...options }: ServeOptions): Promise<PageServer> {
  if (!(await isFolder(project))) throw new UserError(`${project} is a file; give the folder that the .esproj lies in`);
  if (model !== undefined) await checkModelFile(model);
  const token = randomBytes(16).toString('hex');
  const config = pageConfig({ project, model: model ?? null, token }, SERVED_POLICY);
  return listen(config, options, DEFAULT_PORT);
}
