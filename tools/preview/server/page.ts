import { build, type Plugin } from 'vite';
import type { ServedFile } from './listen.ts';
import { RUN_LENS } from './places.ts';
import { PAGE_POLICY, pageTypeOf, SERVED_POLICY } from './policy.ts';

/** Files of a page by their paths: `index.html`, `assets/…`. */
export type PageFiles = ReadonlyMap<string, Uint8Array>;

/** The folder of all files but `index.html`. */
export const ASSETS = 'assets';
/** The module of the project, beside the page's own; see `virtual.d.ts`. */
export const LENS_MODULE = 'lens.js';

/**
 * Builds a page of this program from its sources, at any address to be served. It holds nothing of a project, and the
 * builder sees none: `virtual:lens` becomes an import of {@link LENS_MODULE}.
 * @param root folder of its `index.html`.
 */
export async function buildPage(root: string): Promise<PageFiles> {
  const built = await build({
    // Nothing but what stands here is read: no settings of a folder above, and none of the working directory.
    configFile: false,
    envDir: false,
    publicDir: false,
    css: { postcss: { plugins: [] } },
    root,
    base: './',
    logLevel: 'silent',
    plugins: [virtualModules, policy],
    worker: { format: 'es' },
    build: {
      write: false,
      target: 'es2022',
      assetsDir: ASSETS,
      // A picture inside a script would be loaded before it is needed.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      chunkSizeWarningLimit: 2000,
    },
  });
  const outputs = [built].flat().flatMap((one) => ('output' in one ? one.output : []));
  const bytes = (content: string | Uint8Array) =>
    typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return new Map(outputs.map((file) => [file.fileName, bytes(file.type === 'chunk' ? file.code : file.source)]));
}

/** Finds the files of a page by the path of their address; `/` is its `index.html`. */
export function servedPage(files: PageFiles): (path: string) => ServedFile | null {
  return (path) => {
    const name = path === '/' ? 'index.html' : path.slice(1);
    const content = files.get(name);
    return content === undefined ? null : { type: pageTypeOf(name), policy: SERVED_POLICY, content };
  };
}

const virtualModules: Plugin = {
  name: 'emotion-lens',
  enforce: 'pre',
  resolveId(id) {
    if (id === 'virtual:lens') return { id: `./${LENS_MODULE}`, external: true };
    return id === 'virtual:run-lens' ? RUN_LENS : null;
  },
};

const policy: Plugin = {
  name: 'emotion-lens-policy',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: PAGE_POLICY },
      injectTo: 'head-prepend',
    },
  ],
};
