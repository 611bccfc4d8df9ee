import { missing, program, scripts } from 'virtual:lens';
import { startLens } from 'virtual:run-lens';
import { EMOTIONS, type Emotion } from '../../../../ml/core/emotions.ts';
import type { Overrides, SimulatedLens } from '../../../simulator/lens.ts';
import { element } from '../../../web/page/dom.ts';
import { inspectedComponents } from '../inspector/components.ts';
import { hostOfFiles, type OnStage, pageHost } from '../run/host.ts';
import { LensRunner, nextTask } from '../run/lens-runner.ts';
import { Models } from '../run/models.ts';
import { Actor } from '../sources/drawn/actor.ts';
import { PictureTaker } from '../stage/picture-taker.ts';
import { createStage } from '../stage/stage.ts';
import { FilmEncoder } from './encoder.ts';

/** As large as the previews of real projects. */
const FORMAT = { width: 720, height: 1280, framesPerSecond: 30 };
/** Seconds. */
const FRAME = 1 / FORMAT.framesPerSecond;
/** What is seen first: Snap may show only this picture. */
const FIRST: Emotion = 'Happy';
/** Seconds after which an effect is at its height. */
const HEIGHT = 1;
/** "Keep your preview videos short." */
const LONGEST = 30;

declare global {
  interface Window {
    /** See {@link recordFilm}; only of a page at `#film`. */
    recordFilm: typeof recordFilm;
  }
}

/**
 * Films the lens in its demo mode on a drawn person who acts what it plays: each class once. Pictures are made one after the
 * other, so that the film is as smooth on a slow machine.
 * @param longest seconds.
 * @returns a data URL of an MP4 file.
 * @throws Error if the lens has no demo mode, or the browser cannot encode H.264.
 */
export async function recordFilm(longest = LONGEST): Promise<string> {
  const encoder = await FilmEncoder.open(FORMAT);
  const set = await openSet(demoOf());
  const { labels, demoHold, demoPause } = set.detector();
  const turn = demoHold + demoPause;
  const framesIn = (seconds: number) => Math.round(seconds * FORMAT.framesPerSecond);
  // One long frame: nothing of the turns before is to be seen.
  await set.step(Math.max(0, labels.indexOf(FIRST)) * turn);
  for (let frame = 0; frame < framesIn(Math.min(HEIGHT, demoHold / 2)); frame++) await set.step(FRAME);
  for (let frame = 0; frame < framesIn(Math.min(longest, labels.length * turn)); frame++) {
    await set.step(FRAME);
    set.paint();
    await encoder.add(set.canvas);
  }
  return dataUrlOf(await encoder.finish());
}

/** The inputs that switch the demo on. */
function demoOf(): Overrides {
  const found = inspectedComponents(program).find(({ script }) =>
    script.inspector.some((entry) => entry.kind === 'input' && entry.name === 'demo' && entry.type === 'bool'),
  );
  if (!found) throw new Error('the lens has no script with a demo mode, as EmotionDetector has');
  return { [found.use.id]: { demo: true, debug: false } };
}

/** What the detector says of itself. */
interface Detector {
  readonly labels: readonly string[];
  readonly emotion: number;
  readonly demoHold: number;
  readonly demoPause: number;
}

function detectorOf(lens: SimulatedLens | null): Detector {
  const found = lens?.scripts.find(({ instance }) => instance.demo === true);
  if (!found) throw new Error(`the lens does not run: ${lens?.problems.join('; ') ?? ''}`);
  return found.instance as unknown as Detector;
}

/** The lens before a drawn person. */
async function openSet(overrides: Overrides) {
  const actor = new Actor({ ...FORMAT, people: 1 });
  const camera = element('canvas', { width: FORMAT.width, height: FORMAT.height });
  const context = camera.getContext('2d', { alpha: false, willReadFrequently: true })!;
  const taker = new PictureTaker();
  const stage = createStage(element('div'), null);
  stage.resize(FORMAT, true);
  let seen: OnStage | null = null;
  const silence = { enable() {}, play() {}, stop() {} };
  const models = new Models(async () => {
    throw new Error('no model runs in a demo');
  });
  const start: ConstructorParameters<typeof LensRunner>[0] = (host, changed) =>
    startLens(program, scripts, hostOfFiles(host, missing), changed);
  const runner = new LensRunner(
    start,
    pageHost(() => seen, silence),
    models,
  );
  await runner.restart(overrides);
  // The film has them from its beginning.
  await stage.loaded;
  let time = 0;
  return {
    canvas: stage.root.querySelector('canvas')!,
    detector: () => detectorOf(runner.lens),
    /** The next frame. @param dt seconds. */
    async step(dt: number): Promise<void> {
      const { labels, emotion } = detectorOf(runner.lens);
      actor.show(EMOTIONS.find((name) => name === labels[emotion]) ?? 'Neutral', 0);
      const { pixels, faces } = actor.frame(time, dt);
      context.putImageData(new ImageData(pixels, FORMAT.width, FORMAT.height), 0, 0);
      const taken = taker.take({ image: camera, ...FORMAT, moment: null, faces }, FORMAT, false);
      seen = { taken, faces: taken.faces ?? [] };
      runner.frame(seen.faces, FORMAT, dt);
      time += dt;
      await nextTask();
    },
    paint(): void {
      if (seen) stage.paint(seen, (screen) => runner.lens?.visuals(screen) ?? [], time);
    },
  };
}

function dataUrlOf(film: Uint8Array): Promise<string> {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.readAsDataURL(new Blob([film as Uint8Array<ArrayBuffer>], { type: 'video/mp4' }));
  });
}
