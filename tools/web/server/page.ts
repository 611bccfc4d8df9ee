import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'vite';
import type { ServedFile } from './listen.ts';
import { PAGE_POLICY, pageTypeOf, SERVED_POLICY } from './policy.ts';

/** The folder of this repository. */
export const REPOSITORY = fileURLToPath(new URL('../../../', import.meta.url));

/** Files of a page by their paths: `index.html`, `assets/…`. */
export type PageFiles = ReadonlyMap<string, Uint8Array>;

/** The folder of all files but `index.html`. */
export const ASSETS = 'assets';

type Modules = (seen: (path: string) => string) => Plugin[];

/**
 * Builds a page of this program from its sources, at any address to be served. The builder sees nothing else.
 * @param root folder of its `index.html`, in this repository.
 * @param modules resolve what the page imports besides files, with paths as the builder is to see them.
 */
export async function buildPage(root: string, modules: Modules = () => []): Promise<PageFiles> {
  if (!/[#?]/.test(REPOSITORY)) return buildWithin(REPOSITORY, root, modules);
  // Vite takes what follows these characters for no part of a path: it gets to see a link without them.
  const folder = await mkdtemp(join(tmpdir(), 'emotion-lens-'));
  try {
    const link = join(folder, 'repository');
    await symlink(REPOSITORY, link, 'junction');
    return await buildWithin(link, root, modules);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param repository this repository, by the path that the builder is to see. */
async function buildWithin(repository: string, root: string, modules: Modules): Promise<PageFiles> {
  const seen = (path: string) => join(repository, relative(REPOSITORY, path));
  const built = await build({
    // Nothing but what stands here is read: no settings of a folder above, and none of the working directory.
    configFile: false,
    envDir: false,
    publicDir: false,
    css: { postcss: { plugins: [] } },
    root: seen(root),
    resolve: { preserveSymlinks: repository !== REPOSITORY },
    base: './',
    logLevel: 'silent',
    plugins: [...modules(seen), policy],
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
