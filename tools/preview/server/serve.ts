import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { readProject } from '../../lens-studio/files/project.ts';
import { type ListenOptions, listen, type PageServer, type ServedFile } from '../../web/server/listen.ts';
import { ASSETS, servedPage } from '../../web/server/page.ts';
import { FILE_POLICY, fileTypeOf, pageTypeOf } from '../../web/server/policy.ts';
import { postRoute } from '../../web/server/post-route.ts';
import { Changes, followProject } from './changes.ts';
import { type LensFiles, SCRIPTS_MODULE, servedFiles } from './lens-files.ts';
import { readGivenModel } from './model-file.ts';
import { LENS_MODULE, previewPage } from './page.ts';
import { SaveRequest, saveInputs, sceneStamp } from './save-inputs.ts';

const DEFAULT_PORT = 5180;
const SAVE_BYTES = 1 << 20;

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
 * Serves the page for a project only to this machine, with the project's inputs to be saved from it. The page follows the
 * project's files, and a project that cannot be run is shown with its error.
 * @throws UserError if the folder is not a project, the model cannot be loaded, or the port is in use or not allowed.
 */
export async function servePreview({ project, model, ...options }: ServeOptions): Promise<PreviewServer> {
  await readProject(project);
  const source = { project: resolve(project), model: model === undefined ? null : await readGivenModel(model) };
  const token = randomBytes(16).toString('hex');
  const changes = new Changes();
  const page = servedPage(await previewPage());
  const read = () => servedFiles(source, { token, changes: changes.url });
  let lens: LensFiles | Promise<LensFiles> | null = await read();
  const { problems, failure } = lens;
  const current = () => {
    lens ??= read();
    return lens;
  };

  /** The scenes as the page itself has saved them, which it shows already. */
  let saved = '';
  const stopFollowing = followProject(source.project, async (names) => {
    const scenesAlone = names.every((name) => name?.includes('.scene'));
    if (scenesAlone && (await sceneStamp(source.project).catch(() => '')) === saved) return;
    lens = null;
    changes.tell();
  });
  const server = await listen(
    {
      find: async (path) => page(path) ?? findLensFile(path, await current()),
      routes: {
        [changes.path]: (request, response) => changes.answer(request, response),
        '/save-inputs': postRoute({
          token,
          maxBytes: SAVE_BYTES,
          schema: SaveRequest,
          handle: async (inputs) => {
            saved = await saveInputs(source.project, inputs);
            lens = null;
            return { stamp: saved };
          },
        }),
      },
    },
    options,
    DEFAULT_PORT,
  ).catch((thrown) => {
    stopFollowing();
    throw thrown;
  });
  const close = () => {
    stopFollowing();
    return server.close();
  };
  return { url: server.url, close, problems, failure };
}

async function findLensFile(path: string, { files }: LensFiles): Promise<ServedFile | null> {
  const name = path.replace(`/${ASSETS}/`, '');
  const read = files.get(name);
  if (!read) return null;
  const isCode = name === LENS_MODULE || name === SCRIPTS_MODULE;
  return { type: isCode ? pageTypeOf(name) : fileTypeOf(name), policy: FILE_POLICY, content: await read() };
}
