import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { resizeBilinear } from '../../../ml/data/resize.ts';
import type { HostModel, LensHost, Overrides, PictureFormat, SimulatedLens } from '../lens.ts';
import type { ModelAsset } from '../program.ts';
import { startLens } from '../run-lens.ts';
import type { LoadedLens } from './load-lens.ts';
import { type OpenModel, openModelAsset } from './open-model-asset.ts';

export interface SessionOptions {
  readonly lens: LoadedLens;
  /** A model file in place of the scene's, or something that answers in its place; left out: the scene's own. */
  readonly model?: string | HostModel;
  /** Frames a second. */
  readonly fps?: number;
  /** Seconds from the start of a run to its result. */
  readonly latency?: number;
  /** Seconds that the model takes to load. */
  readonly loadTime?: number;
  readonly overrides?: Overrides;
}

/** What a frame showed. */
export interface FrameRecord {
  /** Seconds since the start. */
  readonly time: number;
  /** Index of the detector's expression; -1: none. */
  readonly emotion: number;
  /** 0..1. */
  readonly intensity: number;
  /** Names of the objects with an expression effect that were shown. */
  readonly effects: readonly string[];
}

/** Something that happened at a time, in seconds since the start. */
export interface Timed<T> {
  readonly time: number;
  readonly value: T;
}

/**
 * Runs a lens in Node in virtual time: what happens depends only on what it is shown and the options, not on the
 * machine. Pictures of faces stand for what the face crop texture shows of them, so its scale and place do not matter; that of the
 * first stands for the camera's picture too.
 */
export class Session {
  readonly frames: FrameRecord[] = [];
  /** What the model answered, at the time of the frame that got it. */
  readonly answers: Timed<Float32Array>[] = [];
  /** Names of the sounds that began. */
  readonly sounds: Timed<string>[] = [];
  readonly lens: SimulatedLens;
  private readonly time = new VirtualTime();
  private readonly faces = new Map<number, Picture>();
  private readonly open: OpenModel[] = [];
  private readonly fps: number;

  constructor(private readonly options: SessionOptions) {
    const { lens, overrides, fps = 30 } = options;
    this.fps = fps;
    this.lens = startLens(lens.program, lens.scripts, this.host(), overrides);
  }

  /** Seconds since the start. */
  get now(): number {
    return this.time.now;
  }

  /** What a face looks like from now on. */
  show(face: number, picture: Picture): void {
    this.faces.set(face, picture);
  }

  /** A face comes before the camera. */
  find(face: number, picture: Picture): void {
    this.show(face, picture);
    this.lens.faceFound(face);
  }

  /** A face goes. */
  lose(face: number): void {
    this.faces.delete(face);
    this.lens.faceLost(face);
  }

  /** @param seconds a whole number of frames; what is left over is not made up for. @param each before each frame. */
  async run(seconds: number, each: (time: number) => void = () => {}): Promise<void> {
    const frames = Math.round(seconds * this.fps);
    for (let i = 0; i < frames; i++) {
      each(this.time.now);
      await this.time.advance(1 / this.fps);
      this.lens.frame(1 / this.fps);
      this.record();
    }
  }

  async close(): Promise<void> {
    this.lens.destroy();
    for (const model of this.open.splice(0)) await model.close();
  }

  private record(): void {
    const scripts = this.lens.scripts.map(({ instance, objectName }) => ({ instance, objectName }));
    const detector = scripts.find(({ instance }) => typeof instance.emotion === 'number')?.instance;
    const shown = scripts.filter(
      ({ instance }) => typeof instance.setIntensity === 'function' && instance.isEnabledInHierarchy,
    );
    this.frames.push({
      time: this.time.now,
      emotion: Number(detector?.emotion ?? -1),
      intensity: Number(detector?.intensity ?? 0),
      effects: shown.map(({ objectName }) => objectName),
    });
  }

  private host(): LensHost {
    const { latency = 0.03, loadTime = 0.1, lens } = this.options;
    const names = new Map(lens.program.assets.map(({ id, name }) => [id, name]));
    return {
      now: () => 1000 * this.time.now,
      loadModel: async (asset) => {
        const model = await this.time.after(loadTime, this.openModel(asset));
        return {
          run: async (inputs) => {
            const results = await this.time.after(latency, Promise.resolve(model.run(inputs)));
            this.answers.push({ time: this.time.now, value: results[0] });
            return results;
          },
        };
      },
      drawCrop: (crop, format, into) => {
        const face = this.faces.get(crop.kind === 'faceCrop' ? crop.faceIndex : 0);
        if (face) drawPicture(face, format, into);
        return face !== undefined;
      },
      cropPlace: () => null,
      playSound: (sound) => this.sounds.push({ time: this.time.now, value: names.get(sound) ?? sound }),
      stopSound: () => {},
    };
  }

  private async openModel(asset: ModelAsset): Promise<HostModel> {
    const { model = join(this.options.lens.folder, asset.path) } = this.options;
    if (typeof model !== 'string') return model;
    const opened = await openModelAsset(model, asset);
    this.open.push(opened);
    return opened;
  }
}

/** Keeps sums of frame times from missing what is due at the same moment. */
const TOLERANCE = 1e-9;

/** A clock that advances only on request, so that what takes time takes the same time on every machine. */
export class VirtualTime {
  /** Seconds. */
  now = 0;
  private waiting: { readonly due: number; readonly finish: () => Promise<void> }[] = [];

  /** The result of some work, this many seconds from now, however long the work really takes. */
  after<T>(seconds: number, work: Promise<T>): Promise<T> {
    const due = this.now + seconds;
    return new Promise((resolve, reject) => {
      this.waiting.push({ due, finish: () => work.then(resolve, reject) });
      // It is handed on when it is due; until then nobody listens.
      work.catch(() => {});
    });
  }

  /** Goes on by this many seconds, and hands over what has become due, in the order in which it is. */
  async advance(seconds: number): Promise<void> {
    this.now += seconds;
    const isDue = ({ due }: { due: number }) => due <= this.now + TOLERANCE;
    const due = this.waiting.filter(isDue).sort((a, b) => a.due - b.due);
    if (due.length === 0) return;
    this.waiting = this.waiting.filter((one) => !isDue(one));
    for (const { finish } of due) await finish();
    // Those who wait for it, and those who wait for them, come before the next turn of the event loop.
    await setImmediate();
  }
}

/** What a face crop shows. */
export interface Picture {
  /** Of each side, in pixels. */
  readonly size: number;
  /** 0..255, grey [size, size], or red, green and blue [size, size, 3]. */
  readonly pixels: Uint8Array;
}

const COLOURS = 3;

/** Scales a picture to the square that a model looks at. @param into red, green and blue, [height, width, 3]. */
export function drawPicture(
  { size, pixels }: Picture,
  { width, height, flipX, flipY }: PictureFormat,
  into: Uint8Array,
): void {
  if (width !== height) throw new Error(`the crop is asked for with ${width} × ${height} pixels, expected a square`);
  const channels = pixels.length / (size * size);
  const plane = new Uint8Array(size * size);
  const scaled = new Float32Array(width * height);
  for (let colour = 0; colour < COLOURS; colour++) {
    if (colour < channels) {
      for (let i = 0; i < plane.length; i++) plane[i] = pixels[channels * i + colour];
      resizeBilinear(plane, size, width, scaled);
    }
    for (let row = 0; row < height; row++)
      for (let column = 0; column < width; column++) {
        const from = (flipY ? height - 1 - row : row) * width + (flipX ? width - 1 - column : column);
        into[COLOURS * (row * width + column) + colour] = Math.round(scaled[from]);
      }
  }
}

/** How often a lens changed its mind, in times a minute. */
export interface Switches {
  /** The likeliest class of the model's answers. */
  readonly before: number;
  /** The detector's expression. */
  readonly after: number;
}

/** @param from @param to seconds since the start. */
export function switchesPerMinute({ answers, frames }: Session, from: number, to: number): Switches {
  const within = ({ time }: { time: number }) => time >= from && time < to;
  const minutes = (to - from) / 60;
  const likeliest = answers.filter(within).map(({ value }) => value.indexOf(Math.max(...value)));
  return {
    before: changes(likeliest) / minutes,
    after: changes(frames.filter(within).map(({ emotion }: FrameRecord) => emotion)) / minutes,
  };
}

const changes = (values: readonly number[]): number =>
  values.filter((value, i) => i > 0 && value !== values[i - 1]).length;
