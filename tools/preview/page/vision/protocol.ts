/** What the page and a vision worker say to each other: calls that are answered in turn. */
import type { TrackedFace } from '../../../../ml/faces/face.ts';
import type { Picture } from '../../../../ml/faces/picture.ts';
import type { TrackOptions } from '../../../../ml/faces/tracker.ts';

export interface VisionUrls {
  readonly detectorUrl: string;
  readonly landmarksUrl: string;
}

/** Milliseconds that a picture took in each network, preparation of its input excluded. */
export interface VisionTimes {
  /** Null if the detector did not run. */
  readonly detector: number | null;
  readonly landmarks: number;
}

export interface Tracked {
  readonly faces: TrackedFace[];
  readonly times: VisionTimes;
}

export interface ModelAnswer {
  readonly outputs: Float32Array[];
  /** Milliseconds. */
  readonly time: number;
}

/** The calls: what is asked, and what is answered. */
export interface Calls {
  start: { asked: VisionUrls; answered: null };
  track: { asked: { readonly picture: Picture; readonly options: TrackOptions }; answered: Tracked };
  reset: { asked: null; answered: null };
  /** Answers with the model's number. */
  loadModel: { asked: { readonly url: string }; answered: number };
  runModel: { asked: { readonly model: number; readonly inputs: readonly Float32Array[] }; answered: ModelAnswer };
}

export type CallName = keyof Calls;

/** `id` tells which call an answer belongs to. */
export type Request = {
  [Name in CallName]: { readonly id: number; readonly call: Name; readonly asked: Calls[Name]['asked'] };
}[CallName];

export type Answer =
  | { readonly id: number; readonly answered: Calls[CallName]['answered'] }
  | { readonly id: number; readonly error: string };
