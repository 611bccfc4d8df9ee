import * as ort from 'onnxruntime-node';
import { POINTS } from '../../../ml/core/ibug.ts';
import { FACE_PIXELS, FACE_SIZE } from '../../../ml/data/dataset.ts';
import { resizeBilinear } from '../../../ml/data/resize.ts';
import { LANDMARK_MEANS, LANDMARK_SIDE } from '../../../ml/landmarks/network/input.ts';
import { landmarkModel } from '../../../ml/landmarks/network/landmark-model.ts';

const BATCH = 16;

/** A landmark network, loaded. */
export interface LandmarkNet {
  /**
   * Finds the points of faces that fill their pictures.
   * @param faces grey values, [n, 48, 48].
   * @returns x and y of each point as fractions of the picture's side, from the left and the top; [n, 68, 2].
   */
  landmarks(faces: Uint8Array): Promise<Float32Array>;
}

/** @throws UserError if the package with the weights is not installed whole. */
export async function loadLandmarkNet(): Promise<LandmarkNet> {
  const session = await ort.InferenceSession.create(await landmarkModel(BATCH), { logSeverityLevel: 3 });
  const image = new Float32Array(BATCH * 3 * LANDMARK_SIDE * LANDMARK_SIDE);
  const perImage = image.length / BATCH;
  return {
    landmarks: async (faces) => {
      const total = faces.length / FACE_PIXELS;
      const points = new Float32Array(total * POINTS * 2);
      for (let first = 0; first < total; first += BATCH) {
        const count = Math.min(BATCH, total - first);
        for (let n = 0; n < count; n++) {
          const face = faces.subarray((first + n) * FACE_PIXELS, (first + n + 1) * FACE_PIXELS);
          fillImage(face, image.subarray(n * perImage, (n + 1) * perImage));
        }
        const tensor = new ort.Tensor(image, [BATCH, 3, LANDMARK_SIDE, LANDMARK_SIDE]);
        const { points: found } = await session.run({ image: tensor });
        points.set((found.data as Float32Array).subarray(0, count * POINTS * 2), first * POINTS * 2);
      }
      return points;
    },
  };
}

function fillImage(face: Uint8Array, image: Float32Array): void {
  const grey = new Float32Array(LANDMARK_SIDE * LANDMARK_SIDE);
  resizeBilinear(face, FACE_SIZE, LANDMARK_SIDE, grey);
  for (const [channel, mean] of LANDMARK_MEANS.entries()) {
    image.set(
      grey.map((value) => (value - mean) / 255),
      channel * grey.length,
    );
  }
}
