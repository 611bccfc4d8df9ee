import type { DataConfig } from '../../ml/config/schema.ts';
import type { Reporter } from '../../ml/core/progress.ts';
import type { FaceFinder } from '../../ml/data/ckplus/crop-face.ts';
import type { LoadTools } from '../../ml/data/load.ts';
import { LANDMARK_SIDE } from '../../ml/faces/landmarks/square.ts';
import { detectorModel, landmarkModel } from '../../ml/faces/networks/models.ts';
import { FaceTracker, type VisionNetworks } from '../../ml/faces/tracker.ts';
import { openOnnx } from '../../ml/runtime/onnx-session.ts';
import { readEdsr } from '../../ml/superres/model-file.ts';
import { openUpscaled } from '../../ml/superres/upscale-faces.ts';

/**
 * The networks that loading needs: they find faces and upscale them.
 * @param signal stops upscaling, which then throws its reason.
 */
export function loadTools({ cache }: DataConfig, reporter: Reporter, signal?: AbortSignal): LoadTools {
  return {
    find: findFace,
    upscale: async (edsr, pixels) => {
      const model = await readEdsr(edsr);
      return Object.assign(await openUpscaled(pixels, model, cache, reporter, signal), { upscaledBy: model.sha256 });
    },
  };
}

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
  const detector = await openOnnx(await detectorModel(), 'the face detector');
  const landmarks = await openOnnx(await landmarkModel(), 'the landmark network');
  return {
    detect: async (values, width, height) => {
      const [cells] = await detector.run([{ shape: [1, 3, height, width], values }]);
      return cells;
    },
    landmarks: async (values) => {
      const [points] = await landmarks.run([{ shape: [1, 3, LANDMARK_SIDE, LANDMARK_SIDE], values }]);
      return points;
    },
  };
}
