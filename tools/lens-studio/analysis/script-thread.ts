import { parentPort } from 'node:worker_threads';
import { parse } from '@babel/parser';
import { UserError } from '../../../ml/core/errors.ts';
import { type Fault, faultOf } from '../files/contents.ts';
import { endingOf } from '../files/importers.ts';
import { readScript } from '../scripts/read-script.ts';
import type { Script } from '../scripts/script.ts';
import { foreignNames, type Name } from './foreign-names.ts';

/** What a script says of itself. */
export interface ScriptAnalysis {
  /** Null for JavaScript, and where there is a fault. */
  readonly script: Script | null;
  readonly fault: Fault | null;
  /** Foreign globals that it uses. */
  readonly foreign: readonly Name[];
}

/** What the thread is sent; it answers with a {@link ScriptAnalysis}. */
export interface ScriptSource {
  readonly path: string;
  readonly text: string;
}

/** A script of the project with what was read in it. */
export interface ScriptFile extends ScriptSource, ScriptAnalysis {}

parentPort?.on('message', ({ path, text }: ScriptSource) => parentPort?.postMessage(read(path, text)));
parentPort?.postMessage('ready');

function read(path: string, text: string): ScriptAnalysis {
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

/**
 * Why a JavaScript file of a lens does not parse; null if it does. Lens Studio runs it as the body of a function, or as a
 * module where it imports something.
 */
function jsSyntaxError(text: string): { line: number; message: string } | null {
  try {
    parse(text, { sourceType: 'unambiguous', allowReturnOutsideFunction: true });
    return null;
  } catch (thrown) {
    const { loc, message } = thrown as { loc?: { line: number }; message: string };
    // The parser takes `@input` outside a comment for a decorator, which JavaScript has not.
    const what = message.includes('decorators') ? 'an @ outside a comment' : message.replace(/ \(\d+:\d+\)$/, '');
    return { line: loc?.line ?? 1, message: what };
  }
}
