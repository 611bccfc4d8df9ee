import { fileURLToPath } from 'node:url';

const RUN = fileURLToPath(new URL('./run.mjs', import.meta.url));

/**
 * What Node.js is started with to run a TypeScript program of this project in a process of its own; arguments of the
 * program follow.
 */
export function programArguments(program: URL): [run: string, program: string] {
  return [RUN, fileURLToPath(program)];
}
