// node ml/core/run.mjs PROGRAM.ts [ARGUMENTS]: starts a TypeScript program of this project in a process of its own.
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { launch } from './launch.mjs';

process.argv.splice(1, 2, resolve(process.argv[2]));
await launch(pathToFileURL(process.argv[1]));
