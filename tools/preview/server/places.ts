import { fileURLToPath } from 'node:url';
import { ownCache } from '../../../ml/core/own-cache.ts';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The folder of this repository. */
export const REPOSITORY = here('../../../');
/** The folder of the page's sources. */
export const PAGE = here('../page');
/** Files that are made again if they are missing. */
export const CACHE = ownCache('preview');
/** The module that runs a lens. */
export const RUN_LENS = here('../../simulator/run-lens.ts');
