import type { Affine, TrackedFace } from '../../../../ml/faces/face.ts';
import { flipped, samplePicture } from '../../../../ml/faces/picture.ts';
import { cropPlace } from '../../../../ml/faces/placement.ts';
import type { Crop, LensHost } from '../../../simulator/lens.ts';
import type { Taken } from '../stage/picture-taker.ts';
import type { Sounds } from './sounds.ts';

/** What is on the stage: a picture, as large as the screen, with its faces. */
export interface OnStage {
  readonly taken: Taken;
  readonly faces: readonly TrackedFace[];
}

/** Takes the square −1..1 to what a crop shows of the stage, in pixels; null without such a face. */
export function cropSquare(crop: Crop, { taken: { canvas }, faces }: OnStage): Affine | null {
  if (crop.kind === 'screenCrop') {
    const [left, right, bottom, top] = crop.rect;
    const [x, y] = [canvas.width / 2, canvas.height / 2];
    return [
      x * ((right - left) / 2),
      0,
      0,
      -y * ((top - bottom) / 2),
      x * (1 + (left + right) / 2),
      y * (1 - (bottom + top) / 2),
    ];
  }
  const face = faces.find(({ index }) => index === crop.faceIndex);
  return face ? cropPlace(face, crop) : null;
}

/** What the lens asks of the page. @param current what is on the stage now; null before the first picture. */
export function pageHost(current: () => OnStage | null, sounds: Sounds): Omit<LensHost, 'loadModel'> {
  return {
    now: () => performance.now(),
    cropPlace(crop) {
      const stage = current();
      return stage && cropSquare({ kind: 'faceCrop', ...crop }, stage);
    },
    drawCrop(crop, { flipX, flipY, ...size }, into) {
      const stage = current();
      const place = stage && cropSquare(crop, stage);
      if (!place) return false;
      samplePicture(stage.taken.pixels, { square: flipped(place, flipX, flipY), ...size }, into);
      return true;
    },
    playSound: (sound, volume) => void sounds.play(sound, volume),
    stopSound: (sound, fade) => sounds.stop(sound, fade),
  };
}

/**
 * A host that fails at once for a model without a file. That it has none is among the problems: the page need not tell it
 * once more.
 * @param missing why, by the model's id.
 */
export function hostOfFiles(host: LensHost, missing: Readonly<Record<string, string>>): LensHost {
  return {
    ...host,
    loadModel: async (model) => {
      if (Object.hasOwn(missing, model.id)) throw new Error(missing[model.id]);
      return host.loadModel(model);
    },
  };
}
