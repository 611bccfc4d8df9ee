import type { Picture } from '../../../../ml/faces/picture.ts';
import type { TrackOptions } from '../../../../ml/faces/tracker.ts';
import type { HostModel } from '../../../simulator/lens.ts';
import type { Answer, CallName, Calls, Tracked, VisionUrls } from './protocol.ts';

/** A model of the lens, loaded in its worker. */
export interface VisionModel extends HostModel {
  /** Milliseconds of its last run, in the network only; null before the first. */
  readonly lastTime: number | null;
}

/** Faces and the lens's models, each on a thread of their own, so that a model that runs holds no face up. */
export interface Vision {
  /** Finds and follows the faces of a picture; an ImageData may be given. Its pixels are copied. */
  track(picture: Picture, options: TrackOptions): Promise<Tracked>;
  /** @throws Error that says why the model does not load. */
  loadModel(url: string): Promise<VisionModel>;
  /** Forgets the faces that are followed, as when the source changes. */
  reset(): Promise<void>;
  /** Ends the threads; calls that wait fail. */
  close(): void;
}

/**
 * Starts the threads and loads the networks that find faces.
 * @throws Error that says what does not load and what to do.
 */
export async function createVision(urls: VisionUrls): Promise<Vision> {
  const tracking = startThread('The face tracking');
  const models = startThread("The lens's model");
  const close = () => {
    for (const thread of [tracking, models]) thread.close();
  };
  try {
    await tracking.call('start', urls);
  } catch (thrown) {
    close();
    throw thrown;
  }
  return {
    // Of an ImageData only these three travel.
    track: ({ data, width, height }, options) => tracking.call('track', { picture: { data, width, height }, options }),
    loadModel: (url) => loadModel(models, url),
    reset: async () => void (await tracking.call('reset', null)),
    close,
  };
}

async function loadModel(thread: Thread, url: string): Promise<VisionModel> {
  const model = await thread.call('loadModel', { url });
  let lastTime: number | null = null;
  return {
    get lastTime() {
      return lastTime;
    },
    run: async (inputs) => {
      const { outputs, time } = await thread.call('runModel', { model, inputs });
      lastTime = time;
      return outputs;
    },
  };
}

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
function startThread(what: string): Thread {
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
  worker.onmessageerror = () => end('sent an unreadable answer. Reload the page.');
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
