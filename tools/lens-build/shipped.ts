import { fileURLToPath } from 'node:url';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The folder of our own lens, whose scripts are the source of all others. */
export const SHIPPED_LENS = here('../../lens');
/** The folder of the model that we trained. */
export const SHIPPED_MODEL = here('../../ml/models/emotion');
