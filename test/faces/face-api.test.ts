import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { beforeAll, expect, test, vi } from 'vitest';
import { DETECTOR_MEANS, decodeDetections, detectorView } from '../../ml/faces/detection.ts';
import { LANDMARK_MEANS, LANDMARK_SIDE, placeOf, squareOfBox } from '../../ml/faces/landmarks/square.ts';
import { ageGenderModel, detectorModel, expressionModel, landmarkModel } from '../../ml/faces/networks/models.ts';
import { networkInput, type Picture, samplePicture, type View } from '../../ml/faces/picture.ts';
import { FACE_API, loadNetworks, samplePhoto } from './networks.ts';

/** What is used of the package's own runtime, TensorFlow.js on the CPU. */
interface Tensor {
  readonly shape: number[];
  dataSync(): Float32Array;
}
interface Network {
  loadFromWeightMap(weights: unknown): void;
  forward(input: Tensor, size?: number): Promise<Tensor>;
}
interface Detection {
  readonly score: number;
  readonly relativeBox: { readonly x: number; readonly y: number; readonly width: number; readonly height: number };
}
interface FaceApi {
  readonly tf: {
    setBackend(name: string): Promise<boolean>;
    tensor4d(values: Float32Array, shape: number[]): Tensor;
    readonly io: { decodeWeights(bytes: ArrayBuffer, specs: unknown): unknown };
  };
  readonly nets: {
    readonly tinyFaceDetector: Network & { locateFaces(input: Tensor, options: object): Promise<Detection[]> };
    readonly faceLandmark68Net: Network;
    readonly faceExpressionNet: Network;
    readonly ageGenderNet: Omit<Network, 'forward'> & {
      forward(input: Tensor): Promise<{ age: Tensor; gender: Tensor }>;
    };
  };
}

/** The package's answers to the same pictures. */
let faceApi: FaceApi;

beforeAll(async () => {
  // Its bundle for browsers is the only one that brings its runtime; a window and a document are all it asks for.
  vi.stubGlobal('window', globalThis);
  vi.stubGlobal('document', { createElement: () => ({}) });
  faceApi = await import(join(FACE_API, 'dist/face-api.esm.js'));
  await faceApi.tf.setBackend('cpu');
  const load = async (network: Pick<Network, 'loadFromWeightMap'>, name: string) => {
    const [{ weights }] = JSON.parse(await readFile(join(FACE_API, `model/${name}-weights_manifest.json`), 'utf8'));
    const bytes = Uint8Array.from(await readFile(join(FACE_API, `model/${name}.bin`))).buffer;
    network.loadFromWeightMap(faceApi.tf.io.decodeWeights(bytes, weights));
  };
  await load(faceApi.nets.tinyFaceDetector, 'tiny_face_detector_model');
  await load(faceApi.nets.faceLandmark68Net, 'face_landmark_68_model');
  await load(faceApi.nets.faceExpressionNet, 'face_expression_model');
  await load(faceApi.nets.ageGenderNet, 'age_gender_model');
  vi.unstubAllGlobals();
});

function tensorOf(picture: Picture, view: View): Tensor {
  const colors = new Float32Array(3 * view.width * view.height);
  samplePicture(picture, view, colors, 'black');
  return faceApi.tf.tensor4d(colors, [1, view.height, view.width, 3]);
}

/** The square that face-api looks at, with black below the picture. */
const squareView = ({ width }: Picture, size: number): View => ({
  square: [width / 2, 0, 0, -width / 2, width / 2, width / 2],
  width: size,
  height: size,
});

test("the detector's answer and its boxes are face-api's", async () => {
  const size = 320;
  const picture = await samplePhoto(5, size);
  const view = squareView(picture, size);
  const { detect } = await loadNetworks();
  const answer = await detect(networkInput(picture, view, DETECTOR_MEANS), size, size);
  const theirs = await faceApi.nets.tinyFaceDetector.forward(tensorOf(picture, view), size);
  expect(theirs.shape).toEqual([1, 10, 10, 25]);
  let worst = 0;
  for (const [i, value] of theirs.dataSync().entries())
    worst = Math.max(worst, Math.abs(value - answer[(i % 25) * 100 + Math.floor(i / 25)]));
  // Of values up to 20.
  expect(worst).toBeLessThan(3e-4);

  const options = { inputSize: size, scoreThreshold: 0.5 };
  const faces = await faceApi.nets.tinyFaceDetector.locateFaces(tensorOf(picture, view), options);
  const ours = decodeDetections(answer, view, 0.5);
  expect(ours.length).toBeGreaterThanOrEqual(3);
  expect(ours.length).toBe(faces.length);
  for (const [i, { score, relativeBox }] of faces.entries()) {
    expect(ours[i].score).toBeCloseTo(score, 4);
    for (const key of ['x', 'y', 'width', 'height'] as const)
      expect(ours[i].box[key]).toBeCloseTo(relativeBox[key] * size, 1);
  }
});

test("the landmarks are face-api's", async () => {
  const picture = await samplePhoto(5, 640);
  const { detect, landmarks } = await loadNetworks();
  const all = detectorView(picture, 512);
  const answer = await detect(networkInput(picture, all, DETECTOR_MEANS), all.width, all.height);
  for (const { box } of decodeDetections(answer, all, 0.5).slice(0, 2)) {
    const view = { square: placeOf(squareOfBox(box)), width: LANDMARK_SIDE, height: LANDMARK_SIDE };
    const ours = await landmarks(networkInput(picture, view, LANDMARK_MEANS));
    const theirs = (await faceApi.nets.faceLandmark68Net.forward(tensorOf(picture, view))).dataSync();
    expect(theirs.length).toBe(136);
    expect(Math.max(...ours.map((value, i) => Math.abs(value - theirs[i])))).toBeLessThan(1e-5);
  }
});

/** The faces of a sample photo as our own models see them, and as face-api does. */
async function facesOfPhoto(number: 1 | 2 | 3 | 4 | 5 | 6) {
  const picture = await samplePhoto(number, 640);
  const { detect } = await loadNetworks();
  const all = detectorView(picture, 512);
  const answer = await detect(networkInput(picture, all, DETECTOR_MEANS), all.width, all.height);
  return decodeDetections(answer, all, 0.5).map(({ box }) => {
    const view = { square: placeOf(squareOfBox(box)), width: LANDMARK_SIDE, height: LANDMARK_SIDE };
    // (value / 255 − 0.5) · 2.
    const image = networkInput(picture, view, [127.5, 127.5, 127.5]).map((value) => 2 * value);
    return { image, tensor: tensorOf(picture, view) };
  });
}

test("the expressions are face-api's, in the order of ours", async () => {
  const session = await ort.InferenceSession.create(await expressionModel());
  const faces = await facesOfPhoto(5);
  expect(faces.length).toBeGreaterThanOrEqual(3);
  for (const { image, tensor } of faces) {
    const { prob } = await session.run({ image: new ort.Tensor(image, [1, 3, LANDMARK_SIDE, LANDMARK_SIDE]) });
    // Neutral, happy, sad, angry, fearful, disgusted, surprised.
    const theirs = (await faceApi.nets.faceExpressionNet.forward(tensor)).dataSync();
    const inOurOrder = [3, 5, 4, 1, 2, 6, 0].map((place) => theirs[place]);
    expect(prob.dims).toEqual([1, 7]);
    for (const [i, value] of inOurOrder.entries()) expect((prob.data as Float32Array)[i]).toBeCloseTo(value, 4);
  }
});

test("the ages and sexes are face-api's, also in a batch", async () => {
  const faces = await facesOfPhoto(5);
  const session = await ort.InferenceSession.create(await ageGenderModel(faces.length));
  const images = new Float32Array(faces.flatMap(({ image }) => [...image]));
  const shape = [faces.length, 3, LANDMARK_SIDE, LANDMARK_SIDE];
  const { age, sex } = await session.run({ image: new ort.Tensor(images, shape) });
  for (const [i, { tensor }] of faces.entries()) {
    const theirs = await faceApi.nets.ageGenderNet.forward(tensor);
    expect((age.data as Float32Array)[i]).toBeCloseTo(theirs.age.dataSync()[0], 2);
    const [male, female] = theirs.gender.dataSync();
    expect((sex.data as Float32Array)[2 * i]).toBeCloseTo(male, 4);
    expect((sex.data as Float32Array)[2 * i + 1]).toBeCloseTo(female, 4);
  }
  const ages = [...(age.data as Float32Array)];
  expect(Math.max(...ages) - Math.min(...ages)).toBeGreaterThan(1);
});

test('the files are about as small as the weights, and a batch gives what single pictures give', async () => {
  expect((await detectorModel()).length).toBeLessThan(220_000);
  expect((await landmarkModel()).length).toBeLessThan(400_000);
  expect((await expressionModel()).length).toBeLessThan(400_000);
  expect((await ageGenderModel()).length).toBeLessThan(500_000);
  const picture = await samplePhoto(3, 640);
  const input = networkInput(picture, { ...squareView(picture, LANDMARK_SIDE) }, LANDMARK_MEANS);
  const batch = new Float32Array(2 * input.length);
  batch.set(input, input.length);
  const session = await ort.InferenceSession.create(await landmarkModel(2));
  const { points } = await session.run({ image: new ort.Tensor(batch, [2, 3, LANDMARK_SIDE, LANDMARK_SIDE]) });
  const { landmarks } = await loadNetworks();
  const alone = await landmarks(input);
  for (let i = 0; i < 136; i++) expect((points.data as Float32Array)[136 + i]).toBeCloseTo(alone[i], 5);
});
