import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import * as ort from 'onnxruntime-node';
import sharp, { type Sharp } from 'sharp';
import { LANDMARK_SIDE } from '../../ml/faces/landmarks/square.ts';
import { detectorModel, landmarkModel } from '../../ml/faces/networks/models.ts';
import type { Picture } from '../../ml/faces/picture.ts';
import type { VisionNetworks } from '../../ml/faces/tracker.ts';

/** The networks in Node's runtime. */
export async function loadNetworks(): Promise<VisionNetworks> {
  const open = (file: Uint8Array) => ort.InferenceSession.create(file, { logSeverityLevel: 3 });
  const [detector, landmarks] = [await open(await detectorModel()), await open(await landmarkModel())];
  return {
    detect: async (input, width, height) => {
      const { cells } = await detector.run({ image: new ort.Tensor(input, [1, 3, height, width]) });
      return cells.data as Float32Array;
    },
    landmarks: async (input) => {
      const { points } = await landmarks.run({
        image: new ort.Tensor(input, [1, 3, LANDMARK_SIDE, LANDMARK_SIDE]),
      });
      return points.data as Float32Array;
    },
  };
}

/** The folder of the face-api package. */
export const FACE_API = dirname(createRequire(import.meta.url).resolve('@vladmandic/face-api/package.json'));

/** One of face-api's sample photos of 3, 3, 3, 4, 5 and 4 people. */
export async function samplePhoto(number: 1 | 2 | 3 | 4 | 5 | 6, width: number): Promise<Picture> {
  return pictureOf(sharp(join(FACE_API, 'demo', `sample${number}.jpg`)).resize(width));
}

export async function pictureOf(image: Sharp): Promise<Picture> {
  const { data, info } = await image.ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  return { data: new Uint8Array(data), width: info.width, height: info.height };
}
