/**
 * Takes pictures of single effects in the page's own way, without a model: for the README and the contact sheet. It is a page
 * of its own, which no project's page loads.
 */
import { program as project, scripts } from 'virtual:lens';
import { startLens } from 'virtual:run-lens';
import type { Emotion } from '../../../ml/core/emotions.ts';
import type { TrackedFace } from '../../../ml/faces/face.ts';
import { cropPlace } from '../../../ml/faces/placement.ts';
import type { LensHost, SimulatedLens } from '../../simulator/lens.ts';
import type { LensProgram } from '../../simulator/program.ts';
import type { Photograph } from '../pictures/people.ts';
import { prepareMaterials } from './run/materials.ts';
import { Actor } from './sources/drawn/actor.ts';
import { createStage } from './stage/stage.ts';

/** As the preview shows a phone. */
const SIZE = { width: 450, height: 800 };
const FPS = 30;
/** What would choose the effect by itself. */
const DIRECTORS = ['EmotionDetector', 'EmotionEffects'];

const stage = createStage(document.createElement('div'), null);
stage.resize(SIZE, true);
const { program, problems } = prepareMaterials(project, stage.materials);

await stage.loaded;

/** What keeps materials from being drawn. */
export { problems };

/** @returns a picture as a data URL. @throws Error if the project has no script of the effect. */
export function photograph({ character, emotion, intensity, seconds }: Photograph): string {
  const actor = new Actor({ ...SIZE, people: 1, cast: [character] });
  actor.show(emotion, 0, true);
  const { pixels, faces } = actor.frame(0, 0);
  const picture = new ImageData(pixels.slice(), SIZE.width, SIZE.height);
  const lens = startLens(withoutDirectors(program), scripts, hostOf(faces));
  const effect = effectOf(lens, emotion);
  lens.faceFound(0);
  for (let frame = 0; frame < seconds * FPS; frame++) {
    effect.setIntensity(intensity);
    lens.landmarks(0, partsOf(faces[0]), SIZE);
    lens.frame(1 / FPS);
  }
  const canvas = document.createElement('canvas');
  Object.assign(canvas, SIZE);
  canvas.getContext('2d')!.putImageData(picture, 0, 0);
  stage.paint({ taken: { canvas, pixels: picture, faces }, faces }, (screen) => lens.visuals(screen), lens.time);
  lens.destroy();
  return stage.root.querySelector('canvas')!.toDataURL();
}

function withoutDirectors({ scripts: all, objects, ...rest }: LensProgram): LensProgram {
  const left = new Set(all.filter(({ className }) => DIRECTORS.includes(className)).map(({ id }) => id));
  const kept = objects.map(({ components, ...object }) => ({
    ...object,
    components: components.filter((component) => component.kind !== 'script' || !left.has(component.script)),
  }));
  return { ...rest, scripts: all, objects: kept };
}

interface Effect {
  setIntensity(intensity: number): void;
}

function effectOf({ scripts: running }: SimulatedLens, emotion: Emotion): Effect {
  const found = running.find(({ className }) => className === `${emotion}Effect`);
  if (!found) throw new Error(`the project has no ${emotion}Effect`);
  return found.instance as unknown as Effect;
}

function hostOf(faces: readonly TrackedFace[]): LensHost {
  return {
    now: () => 0,
    loadModel: async () => {
      throw new Error('pictures need no model');
    },
    drawCrop: () => false,
    cropPlace: (crop) => cropPlace(faces[0], crop),
    playSound: () => {},
    stopSound: () => {},
  };
}

/** The landmarks as parts of the screen. */
function partsOf({ points }: TrackedFace): [number, number][] {
  return Array.from({ length: points.length / 2 }, (_, i) => [
    points[2 * i] / SIZE.width,
    points[2 * i + 1] / SIZE.height,
  ]);
}
