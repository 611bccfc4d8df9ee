import { join, resolve } from 'node:path';
import type { InlineConfig, Plugin } from 'vite';
import type { LensModules, LensSource } from './lens-module.ts';
import { lensPlugin } from './lens-plugin.ts';
import { CACHE, PAGE, REPOSITORY } from './places.ts';

/**
 * What the server and the build have in common.
 * @param modules the project as it is now.
 */
export function pageConfig(source: LensSource, modules: LensModules, policy: string): InlineConfig {
  const { project, model } = source;
  return {
    configFile: false,
    envFile: false,
    root: PAGE,
    base: './',
    publicDir: false,
    cacheDir: join(CACHE, 'vite'),
    logLevel: 'silent',
    clearScreen: false,
    plugins: [lensPlugin({ ...source, project: resolve(project) }, modules), contentPolicy(policy)],
    worker: { format: 'es' },
    // The few packages of the page are modules already, and ONNX Runtime finds its WebAssembly beside itself.
    optimizeDeps: { noDiscovery: true, include: [] },
    server: {
      fs: {
        allow: [
          ...['tools', 'ml', 'node_modules'].map((folder) => join(REPOSITORY, folder)),
          CACHE,
          ...['Assets', 'Packages'].map((folder) => resolve(project, folder)),
          ...(model === null ? [] : [resolve(model)]),
        ],
      },
    },
  };
}

/** The page loads nothing from anywhere but its own server, and runs no code but its own files. */
export const STRICT_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self' blob:",
  "connect-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob: mediastream:",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Vite's own server brings styles as scripts, and tells the page of changes through a socket. */
export const SERVED_POLICY = STRICT_POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'").replace(
  "connect-src 'self'",
  "connect-src 'self' ws:",
);

/** Puts a content security policy into the page. */
export function contentPolicy(content: string): Plugin {
  return {
    name: 'emotion-lens-policy',
    transformIndexHtml: () => [
      { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content }, injectTo: 'head-prepend' },
    ],
  };
}
