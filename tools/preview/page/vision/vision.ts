import type { HostModel } from '../../../simulator/lens.ts';
import type { Picture } from '../../../vision/picture.ts';
import type { TrackOptions } from '../../../vision/tracker.ts';
import type { Answer, CallName, Calls, Tracked, VisionUrls } from './protocol.ts';

/** The lens's model, loaded in the worker. */
export interface VisionModel extends HostModel {
  /** Milliseconds of its last run in the network alone; null before the first. */
  readonly lastTime: number | null;
  release(): Promise<void>;
}

/** Faces and the lens's model, on a thread of their own. Calls are worked off one after the other. */
export interface Vision {
  /** Finds and follows the faces of a picture; an ImageData may be given. Its pixels are copied. */
  track(picture: Picture, options: TrackOptions): Promise<Tracked>;
  /** @throws Error that says why the model does not load. */
  loadModel(url: string): Promise<VisionModel>;
  /** Forgets the faces that are followed, as when the source changes. */
  reset(): Promise<void>;
  /** Ends the thread; calls that wait fail. */
  close(): void;
}

interface Waiting {
  resolve(answered: Calls[CallName]['answered']): void;
  reject(error: Error): void;
}

/**
 * Starts the vision worker and loads the networks that find faces.
 * @throws Error that says what does not load and what to do.
 */
export async function createVision(urls: VisionUrls): Promise<Vision> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
  const waiting = new Map<number, Waiting>();
  let count = 0;
  let ended: Error | null = null;

  const end = (error: Error) => {
    if (ended) return;
    ended = error;
    worker.terminate();
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.onerror = (event) =>
    end(new Error(`The face tracking has stopped: ${event.message || 'its script does not load'}. Reload the page.`));
  worker.onmessageerror = () => end(new Error('The face tracking has answered unreadably. Reload the page.'));
  worker.onmessage = ({ data }: MessageEvent<Answer>) => {
    const call = waiting.get(data.id);
    waiting.delete(data.id);
    if ('error' in data) call?.reject(new Error(data.error));
    else call?.resolve(data.answered);
  };

  function call<Name extends CallName>(name: Name, asked: Calls[Name]['asked']): Promise<Calls[Name]['answered']> {
    if (ended) return Promise.reject(ended);
    return new Promise((resolve, reject) => {
      count += 1;
      waiting.set(count, { resolve: resolve as Waiting['resolve'], reject });
      worker.postMessage({ id: count, call: name, asked });
    });
  }

  async function loadModel(url: string): Promise<VisionModel> {
    const model = await call('loadModel', { url });
    let lastTime: number | null = null;
    return {
      get lastTime() {
        return lastTime;
      },
      run: async (inputs) => {
        const { outputs, time } = await call('runModel', { model, inputs });
        lastTime = time;
        return outputs;
      },
      release: async () => void (await call('releaseModel', { model })),
    };
  }

  try {
    await call('start', urls);
  } catch (thrown) {
    end(thrown as Error);
    throw thrown;
  }
  return {
    // Of an ImageData only these three travel.
    track: ({ data, width, height }, options) => call('track', { picture: { data, width, height }, options }),
    loadModel,
    reset: async () => void (await call('reset', null)),
    close: () => end(new Error('The face tracking has been closed.')),
  };
}
