import type { Plugin } from 'vite';
import { buildPage, type PageFiles } from '../../web/server/page.ts';
import { PAGE, RUN_LENS } from './places.ts';

/** The module of the project, beside the page's own; see `virtual.d.ts`. */
export const LENS_MODULE = 'lens.js';

/** The preview's page without a project: `virtual:lens` becomes an import of {@link LENS_MODULE}. */
export const previewPage = (): Promise<PageFiles> => buildPage(PAGE, (seen) => [virtualModules(seen(RUN_LENS))]);

const virtualModules = (runLens: string): Plugin => ({
  name: 'emotion-lens',
  enforce: 'pre',
  resolveId(id) {
    if (id === 'virtual:lens') return { id: `./${LENS_MODULE}`, external: true };
    return id === 'virtual:run-lens' ? runLens : null;
  },
});
