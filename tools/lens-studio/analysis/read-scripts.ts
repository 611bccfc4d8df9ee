import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { oneAtATime, withTimeout } from '../../../ml/core/async.ts';
import type { ScriptAnalysis, ScriptSource } from './script-thread.ts';

/** A usual script takes milliseconds and megabytes; a hostile one may keep the parser busy without end. */
const TIMEOUT_MS = 30_000;
const MAX_MEGABYTES = 1024;
/** After so many scripts that exceeded the limits, the others are not read. */
const MAX_FAILURES = 3;

/**
 * Reads scripts of strangers one after another in a thread with limits of time and memory.
 * @param timeoutMs for a script.
 * @returns analyses in the order of `sources`; a script that goes beyond the limits has a fault.
 */
export async function readScripts(sources: readonly ScriptSource[], timeoutMs = TIMEOUT_MS): Promise<ScriptAnalysis[]> {
  const analyses: ScriptAnalysis[] = [];
  let failures = 0;
  for (const source of sources) {
    const analysis =
      failures < MAX_FAILURES
        ? await thread.read(source, timeoutMs)
        : `it was not read, because ${failures} scripts before it took too much time or memory`;
    if (typeof analysis === 'string' && failures < MAX_FAILURES) failures++;
    analyses.push(typeof analysis === 'string' ? unread(source.path, analysis) : analysis);
  }
  return analyses;
}

/** The analysis of a script that is not read. */
export function unread(path: string, why: string): ScriptAnalysis {
  return { script: null, fault: { path, line: 1, message: why }, foreign: [] };
}

/** One thread for all, which does not keep the process alive. */
class Thread {
  #worker: Worker | null = null;
  readonly #next = oneAtATime();

  /** An analysis, or why there is none. */
  read(source: ScriptSource, timeoutMs: number): Promise<ScriptAnalysis | string> {
    return this.#next(() => this.#read(source, timeoutMs));
  }

  async #read(source: ScriptSource, timeoutMs: number): Promise<ScriptAnalysis | string> {
    this.#worker ??= await started();
    const worker = this.#worker;
    worker.ref();
    const answer: Promise<ScriptAnalysis | string> = once(worker, 'message').then(([message]) => message, whyFull);
    worker.postMessage(source);
    const analysis = await withTimeout(timeoutMs, answer, () => `reading it takes longer than ${timeoutMs / 1000} s`);
    worker.unref();
    if (typeof analysis === 'string') {
      this.#worker = null;
      await worker.terminate();
    }
    return analysis;
  }
}

/** The thread says when it is ready, so that its start is not taken for the time of a script. */
async function started(): Promise<Worker> {
  const worker = new Worker(new URL('./script-thread.mjs', import.meta.url), {
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: MAX_MEGABYTES },
  });
  await once(worker, 'message');
  return worker;
}

function whyFull(thrown: NodeJS.ErrnoException): string {
  if (thrown.code === 'ERR_WORKER_OUT_OF_MEMORY') return `reading it takes more than ${MAX_MEGABYTES} MB`;
  throw thrown;
}

const thread = new Thread();
