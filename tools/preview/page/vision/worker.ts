/**
 * The page's vision worker: face detector and landmarks, or the lens's models, in one WebAssembly, one call after the
 * other, off the page's own thread.
 */
import { type InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import { LANDMARK_SIDE } from '../../../../ml/faces/landmarks/square.ts';
import { FaceTracker } from '../../../../ml/faces/tracker.ts';
import { LensModel } from './model.ts';
import type { Answer, Calls, Request, VisionUrls } from './protocol.ts';
import { openSession, runSession } from './sessions.ts';

/** A model's number is its place. */
const models: LensModel[] = [];
let tracker: FaceTracker | null = null;
/** Milliseconds of the picture that is being processed. */
let times: { detector: number | null; landmarks: number } = { detector: null, landmarks: 0 };

async function start({ detectorUrl, landmarksUrl }: VisionUrls): Promise<FaceTracker> {
  const [detector, landmarks] = [
    await openSession(detectorUrl, 'The face detector'),
    await openSession(landmarksUrl, 'The landmark network'),
  ];
  return new FaceTracker({
    detect: async (input, width, height) => {
      const [answer, time] = await timed(
        detector,
        new Tensor('float32', input, [1, 3, height, width]),
        'The face detector',
      );
      times.detector = (times.detector ?? 0) + time;
      return answer;
    },
    landmarks: async (input) => {
      const tensor = new Tensor('float32', input, [1, 3, LANDMARK_SIDE, LANDMARK_SIDE]);
      const [answer, time] = await timed(landmarks, tensor, 'The landmark network');
      times.landmarks += time;
      return answer;
    },
  });
}

async function timed(session: InferenceSession, input: Tensor, what: string): Promise<[Float32Array, number]> {
  const begun = performance.now();
  const [answer] = await runSession(session, [input], what);
  return [answer, performance.now() - begun];
}

async function answer(request: Request): Promise<Calls[keyof Calls]['answered']> {
  switch (request.call) {
    case 'start':
      tracker = await start(request.asked);
      return null;
    case 'track': {
      if (!tracker) throw new Error('The face detector is not loaded.');
      times = { detector: null, landmarks: 0 };
      const faces = await tracker.track(request.asked.picture, request.asked.options);
      return { faces, times };
    }
    case 'reset':
      tracker?.reset();
      return null;
    case 'loadModel':
      return models.push(await LensModel.load(request.asked.url)) - 1;
    case 'runModel':
      return models[request.asked.model].run(request.asked.inputs);
  }
}

/** The last call, whose end the next one waits for. */
let queue: Promise<void> = Promise.resolve();

self.onmessage = ({ data: request }: MessageEvent<Request>) => {
  queue = queue.then(async () => {
    const reply: Answer = await answer(request).then(
      (answered) => ({ id: request.id, answered }),
      (thrown) => ({ id: request.id, error: thrown instanceof Error ? thrown.message : String(thrown) }),
    );
    self.postMessage(reply);
  });
};
