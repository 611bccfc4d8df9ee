import type { Answer, CallName, Calls } from './protocol.ts';

/** A vision worker. Its calls are worked off one after the other. */
export interface Thread {
  /** @throws Error that says what went wrong and what to do. */
  call<Name extends CallName>(name: Name, asked: Calls[Name]['asked']): Promise<Calls[Name]['answered']>;
  /** Ends it; calls that wait fail. */
  close(): void;
}

interface Waiting {
  resolve(answered: Calls[CallName]['answered']): void;
  reject(error: Error): void;
}

/** @param what it does, in words for an error. */
export function startThread(what: string): Thread {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  const waiting = new Map<number, Waiting>();
  let count = 0;
  let ended: Error | null = null;

  const end = (how: string) => {
    if (ended) return;
    ended = new Error(`${what} has ${how}`);
    worker.terminate();
    for (const { reject } of waiting.values()) reject(ended);
    waiting.clear();
  };
  worker.onerror = (event) => end(`stopped: ${event.message || 'its script does not load'}. Reload the page.`);
  worker.onmessageerror = () => end('answered unreadably. Reload the page.');
  worker.onmessage = ({ data }: MessageEvent<Answer>) => {
    const call = waiting.get(data.id);
    waiting.delete(data.id);
    if ('error' in data) call?.reject(new Error(data.error));
    else call?.resolve(data.answered);
  };
  return {
    call(name, asked) {
      if (ended) return Promise.reject(ended);
      return new Promise((resolve, reject) => {
        count += 1;
        waiting.set(count, { resolve: resolve as Waiting['resolve'], reject });
        worker.postMessage({ id: count, call: name, asked });
      });
    },
    close: () => end('been closed.'),
  };
}
