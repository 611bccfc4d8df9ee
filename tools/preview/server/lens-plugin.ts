import { basename, join, sep } from 'node:path';
import type { Plugin, ViteDevServer } from 'vite';
import { type LensModules, type LensSource, SCRIPTS, servedModules } from './lens-module.ts';
import { sceneStamp } from './save-inputs.ts';
import { saveRoute } from './save-route.ts';

const LENS = 'virtual:lens';
/** Ids that Vite's other plugins leave alone. */
const resolved = (id: string) => `\0${id}`;

/** Milliseconds without a change after which the page is loaded anew: Lens Studio saves many files at once. */
const QUIET = 150;

/**
 * Gives the page the project as the module `virtual:lens`. While a server runs, the page follows the project's files, and a
 * project that cannot be run is shown with its error.
 * @param first the project as it is now.
 */
export function lensPlugin(source: LensSource, first: LensModules): Plugin {
  let modules: LensModules | Promise<LensModules> | null = first;
  const read = () => {
    modules ??= servedModules(source);
    return modules;
  };
  return {
    name: 'emotion-lens',
    resolveId: (id) => (id === LENS || id === SCRIPTS ? resolved(id) : null),
    async load(id) {
      if (id === resolved(LENS)) return (await read()).lens;
      if (id === resolved(SCRIPTS)) return (await read()).scripts;
      return null;
    },
    configureServer(server) {
      let saved = '';
      const reload = () => {
        modules = null;
        forget(server);
        server.ws.send({ type: 'full-reload' });
      };
      followProject(server, source.project, async (files) => {
        // What the page saved it shows already.
        const scenesAlone = files.every((file) => basename(file).includes('.scene'));
        if (!scenesAlone || (await sceneStamp(source.project).catch(() => '')) !== saved) reload();
      });
      if (source.token === null) return;
      server.middlewares.use(
        saveRoute(source.project, source.token, (stamp) => {
          saved = stamp;
          modules = null;
          forget(server);
        }),
      );
    },
  };
}

function forget(server: ViteDevServer): void {
  for (const id of [LENS, SCRIPTS]) {
    const module = server.moduleGraph.getModuleById(resolved(id));
    if (module) server.moduleGraph.invalidateModule(module);
  }
}

function followProject(server: ViteDevServer, project: string, onChange: (files: readonly string[]) => void): void {
  const folders = ['Assets', 'Packages'].map((name) => join(project, name));
  const belongs = (file: string) =>
    folders.some((folder) => file.startsWith(folder + sep)) ||
    (file.startsWith(project + sep) && basename(file).endsWith('.esproj'));
  let timer: NodeJS.Timeout | undefined;
  let changed: string[] = [];
  server.watcher.add(project);
  server.watcher.on('all', (_, file) => {
    if (!belongs(join(file))) return;
    changed.push(file);
    clearTimeout(timer);
    timer = setTimeout(() => {
      onChange(changed);
      changed = [];
    }, QUIET);
  });
}
