import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type * as TypeCheck from '../../tools/lens-validate/type-check.ts';

/**
 * A type check that starts the compiler once for the same scripts: for tests that validate many projects with faults elsewhere. To be
 * given to `vi.mock`.
 */
export function rememberTypes({ checkTypes }: typeof TypeCheck): typeof TypeCheck {
  const known = new Map<string, ReturnType<typeof checkTypes>>();
  return {
    checkTypes: async (index, given) => {
      if (index.folder === null || given !== undefined) return checkTypes(index, given);
      const key = scriptsOf(index.folder);
      const found = known.get(key) ?? checkTypes(index);
      known.set(key, found);
      return [...(await found)];
    },
  };
}

/** A digest of all that the compiler may see. */
function scriptsOf(folder: string): string {
  const hash = createHash('sha256');
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort())
    if (/\.(ts|js|json)$/.test(path)) hash.update(path).update(readFileSync(join(folder, path)));
  return hash.digest('hex');
}
