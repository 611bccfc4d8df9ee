import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';
import { buildPage, type PageFiles } from '../../web/server/page.ts';

/** The module of the project, next to the page's own; see `virtual.d.ts`. */
export const LENS_MODULE = 'lens.js';

let built: Promise<PageFiles> | undefined;

/** The preview's page without a project: `virtual:lens` becomes an import of {@link LENS_MODULE}. A process builds it once. */
export function previewPage(): Promise<PageFiles> {
  built ??= buildPage(PAGE, (seen) => [virtualModules(seen(RUN_LENS))]).catch((thrown) => {
    built = undefined;
    throw thrown;
  });
  return built;
}

const virtualModules = (runLens: string): Plugin => ({
  name: 'emotion-lens',
  enforce: 'pre',
  resolveId(id) {
    if (id === 'virtual:lens') return { id: `./${LENS_MODULE}`, external: true };
    return id === 'virtual:run-lens' ? runLens : null;
  },
});

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The folder of the page's sources. */
export const PAGE = here('../page');
/** The module that runs a lens. */
const RUN_LENS = here('../../simulator/run-lens.ts');
