import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { compileFunction } from 'node:vm';
import type { LiteRt } from '@litertjs/core';

/** LiteRT, compiled to WebAssembly by Google: the part of LiteRT.js that needs no browser. */
export type LitertWasm = LiteRt['liteRtWasm'];

type ModuleFactory = (options: {
  print: (line: string) => void;
  printErr: (line: string) => void;
}) => Promise<LitertWasm>;

/** One thread, and no instruction that rounds differently from one processor to another, as relaxed SIMD's do. */
const SCRIPT = '@litertjs/core/wasm/litert_wasm_compat_internal.js';

/**
 * Starts LiteRT in Node, with memory of its own.
 * @param log told every line that it writes.
 */
export async function startLitert(log: (line: string) => void): Promise<LitertWasm> {
  const require = createRequire(import.meta.url);
  const file = require.resolve(SCRIPT);
  const module: { exports?: ModuleFactory } = {};
  // The script is CommonJS in a package of ES modules, so that neither require nor import takes it for what it is.
  const names = ['require', 'module', 'exports', '__filename', '__dirname'];
  const define = compileFunction(await readFile(file, 'utf8'), names, { filename: file });
  define(require, module, {}, file, dirname(file));
  return (module.exports as ModuleFactory)({ print: log, printErr: log });
}
