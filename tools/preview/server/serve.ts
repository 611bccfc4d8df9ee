import { randomBytes } from 'node:crypto';
import { readProject } from '../../lens/files/project.ts';
import { pageConfig, SERVED_POLICY } from './config.ts';
import { servedModules } from './lens-module.ts';
import { type ListenOptions, listen, type PageServer } from './listen.ts';
import { checkModelFile } from './model-file.ts';

const DEFAULT_PORT = 5180;

export interface ServeOptions extends ListenOptions {
  /** Folder of the project. */
  readonly project: string;
  /** ONNX file to run in place of the project's models. */
  readonly model?: string;
}

export interface PreviewServer extends PageServer {
  /** What of the project is left out, and why. */
  readonly problems: readonly string[];
  /** Why the project cannot be run, which the page says too; null if it can. */
  readonly failure: string | null;
}

/**
 * Serves the page for a project to this machine alone, with the project's inputs to be saved from it.
 * @throws UserError if the folder is no project, the model cannot be loaded, or the port is in use or not allowed.
 */
export async function servePreview({ project, model, ...options }: ServeOptions): Promise<PreviewServer> {
  await readProject(project);
  if (model !== undefined) await checkModelFile(model);
  const token = randomBytes(16).toString('hex');
  const source = { project, model: model ?? null, token };
  const modules = await servedModules(source);
  const server = await listen(pageConfig(source, modules, SERVED_POLICY), options, DEFAULT_PORT);
  const { problems, failure } = modules;
  return { ...server, problems, failure };
}
