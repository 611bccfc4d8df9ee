import type { TrackedFace } from '../../../../ml/faces/face.ts';
import type { LensHost, Overrides, ScreenSize, SimulatedLens } from '../../../simulator/lens.ts';
import type { Models } from './models.ts';

/** Frames that a lens runs ahead before it takes the place of another: more than its smoothing and fades last. */
const WARM_UP = { frames: 60, dt: 1 / 24 };

export type Start = (host: LensHost, overrides: Overrides) => SimulatedLens;

/** Runs a lens on the faces of the stage, and changes its inputs while it runs. */
export class LensRunner {
  readonly #start: Start;
  readonly #host: Omit<LensHost, 'loadModel'>;
  readonly #models: Models;
  #lens: SimulatedLens | null = null;
  #faces: readonly TrackedFace[] = [];
  #screen: ScreenSize = { width: 1, height: 1 };
  #restarts = 0;

  constructor(start: Start, host: Omit<LensHost, 'loadModel'>, models: Models) {
    this.#start = start;
    this.#host = host;
    this.#models = models;
  }

  /** Null before it was started. */
  get lens(): SimulatedLens | null {
    return this.#lens;
  }

  /** Starts the lens, or puts one with other inputs in its place without a gap. */
  async restart(overrides: Overrides): Promise<void> {
    const restart = ++this.#restarts;
    const warming = { now: this.#lens !== null };
    const next = this.#start(this.#warmHost(warming), overrides);
    const told = this.#faces;
    tellFaces(next, [], told);
    tellLandmarks(next, told, this.#screen);
    if (warming.now && !(await this.#warmUp(next, restart))) return next.destroy();
    // Faces come and go while it warms up.
    tellFaces(next, told, this.#faces);
    warming.now = false;
    this.#lens?.destroy();
    this.#lens = next;
  }

  /** One frame. @param faces in the picture now. @param dt seconds. */
  frame(faces: readonly TrackedFace[], screen: ScreenSize, dt: number): void {
    const before = this.#faces;
    this.#faces = faces;
    this.#screen = screen;
    const lens = this.#lens;
    if (!lens) return;
    tellFaces(lens, before, faces);
    tellLandmarks(lens, faces, screen);
    lens.frame(dt);
  }

  /** While a lens warms up, its models answer at once what they answered last, and nobody hears it. */
  #warmHost(warming: { readonly now: boolean }): LensHost {
    return {
      ...this.#host,
      loadModel: async (asset) => {
        const model = await this.#models.get(asset);
        return { run: async (inputs) => (warming.now && model.last ? model.last : model.run(inputs)) };
      },
      playSound: (sound, volume) => {
        if (!warming.now) this.#host.playSound(sound, volume);
      },
      stopSound: (sound, fade) => {
        if (!warming.now) this.#host.stopSound(sound, fade);
      },
    };
  }

  /** @returns whether it is still wanted. */
  async #warmUp(lens: SimulatedLens, restart: number): Promise<boolean> {
    for (let frame = 0; frame < WARM_UP.frames; frame++) {
      lens.frame(WARM_UP.dt);
      await nextTask();
      if (restart !== this.#restarts) return false;
    }
    return true;
  }
}

/** Tells a lens which faces have gone since before, and which have come. */
function tellFaces(lens: SimulatedLens, before: readonly TrackedFace[], now: readonly TrackedFace[]): void {
  for (const { index } of before) if (!now.some((face) => face.index === index)) lens.faceLost(index);
  for (const { index } of now) if (!before.some((face) => face.index === index)) lens.faceFound(index);
}

function tellLandmarks(lens: SimulatedLens, faces: readonly TrackedFace[], screen: ScreenSize): void {
  for (const { index, points } of faces) lens.landmarks(index, partsOf(points, screen), screen);
}

/** Points as parts of the screen. */
function partsOf(points: Float32Array, { width, height }: ScreenSize) {
  return Array.from(
    { length: points.length / 2 },
    (_, at) => [points[2 * at] / width, points[2 * at + 1] / height] as const,
  );
}

/** Lets the browser draw, and hand over what users and workers have sent, before it goes on. */
export function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
