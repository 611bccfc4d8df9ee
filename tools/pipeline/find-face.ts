import * as ort from 'onnxruntime-node';
import type { FaceFinder } from '../../ml/data/ckplus/crop-face.ts';
import { LANDMARK_SIDE } from '../../ml/faces/landmarks/network/input.ts';
import { landmarkModel } from '../../ml/faces/landmarks/network/landmark-model.ts';
import { detectorModel } from '../../ml/faces/networks/detector-model.ts';
import { FaceTracker, type VisionNetworks } from '../../ml/faces/tracker.ts';

let loading: Promise<VisionNetworks> | undefined;

/** Finds the largest face of a picture with the detector that the preview uses too; its networks are loaded once. */
export const findFace: FaceFinder = async ({ pixels, width, height }) => {
  loading ??= loadNetworks();
  const tracker = new FaceTracker(await loading);
  const data = new Uint8Array(4 * pixels.length);
  for (const [i, grey] of pixels.entries()) data.fill(grey, 4 * i, 4 * i + 4);
  const [face] = await tracker.track({ data, width, height }, { time: 0, maxFaces: 1, still: true });
  return face?.points;
};

/** @throws UserError if the package with the weights is not installed whole. */
async function loadNetworks(): Promise<VisionNetworks> {
  const open = (file: Uint8Array) => ort.InferenceSession.create(file, { logSeverityLevel: 3 });
  const [detector, landmarks] = [await open(await detectorModel()), await open(await landmarkModel())];
  return {
    detect: async (input, width, height) => {
      const { cells } = await detector.run({ image: new ort.Tensor(input, [1, 3, height, width]) });
      return cells.data as Float32Array;
    },
    landmarks: async (input) => {
      const { points } = await landmarks.run({ image: new ort.Tensor(input, [1, 3, LANDMARK_SIDE, LANDMARK_SIDE]) });
      return points.data as Float32Array;
    },
  };
}
