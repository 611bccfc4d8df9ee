import type { ServedFile } from './listen.ts';
import type { PageFiles } from './page.ts';
import { pageTypeOf, SERVED_POLICY } from './policy.ts';

/** Finds the files of a page by the path of their address; `/` is its `index.html`. */
export function servedPage(files: PageFiles): (path: string) => ServedFile | null {
  return (path) => {
    const name = path === '/' ? 'index.html' : path.slice(1);
    const content = files.get(name);
    return content === undefined ? null : { type: pageTypeOf(name), policy: SERVED_POLICY, content };
  };
}
