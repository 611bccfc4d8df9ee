import { fileURLToPath } from 'node:url';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The folder of the page's sources. */
export const PAGE = here('../page');
/** The module that runs a lens. */
export const RUN_LENS = here('../../simulator/run-lens.ts');
