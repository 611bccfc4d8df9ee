import { join } from 'node:path';
import type { FaceCrop } from '../../../ml/faces/geometry.ts';
import type { HostModel, LensHost, Overrides, SimulatedLens } from '../lens.ts';
import type { ModelAsset } from '../program.ts';
import { startLens } from '../run-lens.ts';
import type { LoadedLens } from './load-lens.ts';
import { type OpenModel, openModelFile } from './model-file.ts';
import { drawPicture, type Picture } from './picture.ts';
import { VirtualTime } from './virtual-time.ts';

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
 * Runs a lens in Node in virtual time: what happens depends on what it is shown and on the options alone, not on the
 * machine. Pictures of faces stand for what the face crop texture shows of them, so its scale and place do not matter.
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
      drawCrop: ({ faceIndex }: FaceCrop, format, into) => {
        const face = this.faces.get(faceIndex);
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
    const opened = await openModelFile(model, asset);
    this.open.push(opened);
    return opened;
  }
}
