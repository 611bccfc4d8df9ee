import type { FaceCrop, TrackedFace } from '../../../../ml/faces/face.ts';
import { flipped, samplePicture } from '../../../../ml/faces/picture.ts';
import { cropPlace } from '../../../../ml/faces/placement.ts';
import type { LensHost } from '../../../simulator/lens.ts';
import type { Taken } from '../stage/picture-taker.ts';
import type { Sounds } from './sounds.ts';

/** What is on the stage: a picture, as large as the screen, with its faces. */
export interface OnStage {
  readonly taken: Taken;
  readonly faces: readonly TrackedFace[];
}

/** What the lens asks of the page. @param current what is on the stage now; null before the first picture. */
export function pageHost(current: () => OnStage | null, sounds: Sounds): Omit<LensHost, 'loadModel'> {
  const placeOf = (crop: FaceCrop) => {
    const face = current()?.faces.find(({ index }) => index === crop.faceIndex);
    return face ? cropPlace(face, crop) : null;
  };
  return {
    now: () => performance.now(),
    cropPlace: placeOf,
    drawCrop(crop, { flipX, flipY, ...size }, into) {
      const place = placeOf(crop);
      const stage = current();
      if (!place || !stage) return false;
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
