import { parentPort } from 'node:worker_threads';
import { UserError } from '../../../ml/core/errors.ts';
import { type Fault, faultOf } from '../files/contents.ts';
import { endingOf } from '../files/importers.ts';
import { readScript } from '../scripts/read-script.ts';
import type { Script } from '../scripts/script.ts';
import { foreignNames, type Name } from './foreign-names.ts';
import { jsSyntaxError } from './js-syntax.ts';

/** What a script says of itself. */
export interface Reading {
  /** Null for JavaScript, and where there is a fault. */
  readonly script: Script | null;
  readonly fault: Fault | null;
  /** Foreign globals that it uses. */
  readonly foreign: readonly Name[];
}

/** What the thread is sent; it answers with a {@link Reading}. */
export interface Order {
  readonly path: string;
  readonly text: string;
}

/** A script of the project with what was read in it. */
export interface ScriptFile extends Order, Reading {}

parentPort?.on('message', ({ path, text }: Order) => parentPort?.postMessage(read(path, text)));
parentPort?.postMessage('ready');

function read(path: string, text: string): Reading {
  if (endingOf(path) === 'js') {
    const problem = jsSyntaxError(text);
    return { script: null, fault: problem && { path, ...problem }, foreign: [] };
  }
  try {
    const script = readScript(text, path);
    return { script, fault: null, foreign: foreignNames(text) };
  } catch (thrown) {
    // A thrown RangeError: nested deeper than the stack is.
    const message = thrown instanceof UserError ? thrown.message : 'nested too deeply';
    return { script: null, fault: faultOf(path, message), foreign: [] };
  }
}
