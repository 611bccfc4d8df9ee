import * as ort from 'onnxruntime-node';
import { expect, it, vi } from 'vitest';
import { LANDMARK_VALUES, normalizeLandmarks } from '../../../ml/core/landmarks68.ts';
import { LensModel } from '../../../tools/preview/page/vision/model.ts';
import { drawnPoints } from '../../lens/landmark-faces.ts';
import { landmarkOnnx, SIDE } from '../../simulator/landmark-models.ts';

// ONNX Runtime for Node in place of the one for browsers.
vi.mock('onnxruntime-web/wasm', () => ort);
vi.mock('../../../tools/preview/page/vision/sessions.ts', () => ({
  openSession: () => ort.InferenceSession.create(landmarkOnnx(), { logSeverityLevel: 3 }),
  runSession: async (session: ort.InferenceSession, inputs: readonly ort.Tensor[]) => {
    const results = await session.run(Object.fromEntries(inputs.map((tensor, i) => [session.inputNames[i], tensor])));
    return session.outputNames.map((name) => results[name].data);
  },
}));

const SURPRISE = 5;

it('a model of a picture and landmarks runs in the page', async () => {
  const model = await LensModel.load('model.onnx');
  const picture = new Float32Array(3 * SIDE * SIDE);
  const landmarks = new Float32Array(LANDMARK_VALUES);
  normalizeLandmarks(drawnPoints('Surprise', { width: 450, height: 800 }), landmarks);
  const {
    outputs: [open],
  } = await model.run([picture, landmarks]);
  expect(open[SURPRISE]).toBeGreaterThan(0.9);
  await expect(model.run([picture])).rejects.toThrow(/has 2 inputs, the lens feeds 1/);
  await expect(model.run([picture, landmarks.subarray(2)])).rejects.toThrow(/134 numbers, the model takes 136/);
});
