/**
 * How FER2013 frames its faces, and how exact a crop must be. Upscaling costs faces less when they are cropped afterwards.
 */

import { ConfigSchema } from '../../ml/config/schema.ts';
import { UserError } from '../../ml/core/errors.ts';
import { silent } from '../../ml/core/progress.ts';
import { FACE_PIXELS, FACE_SIZE, type FaceDataset, type Faces, gatherFaces, indicesOf } from '../../ml/data/dataset.ts';
import { loadFaces } from '../../ml/data/load.ts';
import { LandmarkNetwork, WHOLE } from '../../ml/faces/landmarks/find.ts';
import { loadPredictor } from '../../ml/runtime/predictor.ts';
import { publicAccuracy } from '../../ml/train/classifier.ts';
import { loadTools } from '../pipeline/load-tools.ts';
import { positive, readArguments } from './arguments.ts';
import { type Crop, cropFaces } from './framing/crop.ts';
import { EXCLUSIONS, type Exclusion, exclusionOf, type Frame, frameOf } from './framing/frame.ts';

/** The crop in which every face is searched a second time: points that move with it were not found. */
const WIDER = 0.8;

const CROPS: readonly [string, Crop][] = [
  ['as FER2013 has it', {}],
  ['zoom 0.8 (wider)', { zoom: 0.8 }],
  ['zoom 0.9', { zoom: 0.9 }],
  ['zoom 1.1', { zoom: 1.1 }],
  ['zoom 1.25', { zoom: 1.25 }],
  ['zoom 1.5 (tighter)', { zoom: 1.5 }],
  ['face 10 % higher', { down: -0.1 }],
  ['face 10 % lower', { down: 0.1 }],
  ['face 10 % to one side', { right: 0.1 }],
  ['turned by 15°', { roll: 15 }],
  ['turned by 30°', { roll: 30 }],
  ['mirrored', { mirrored: true }],
];

const { values } = readArguments(
  'bench:framing',
  'Measures how FER2013 frames its faces, and how much accuracy a model loses on faces that are framed differently.',
  {
    data: { type: 'string', placeholder: 'FILE', about: 'fer2013.csv; required' },
    votes: { type: 'string', placeholder: 'FILE', about: 'fer2013new.csv; required with --sensitivity' },
    faces: { type: 'string', placeholder: 'N', default: '28709', about: 'training faces to measure' },
    sensitivity: {
      type: 'boolean',
      default: false,
      about: 'also run the model over tighter, wider, moved and rotated crops of PublicTest',
    },
    model: {
      type: 'string',
      placeholder: 'FILE',
      default: 'ml/models/emotion/emotion.int8.onnx',
      about: 'model of --sensitivity',
    },
    upscale: { type: 'string', placeholder: 'FILE', about: 'EDSR network that upscales faces before they are cropped' },
  },
);
if (values.data === undefined || (values.sensitivity && values.votes === undefined))
  throw new UserError('expected --data fer2013.csv, and with --sensitivity --votes fer2013new.csv');
const { data, seed } = ConfigSchema.parse({
  data: { source: values.data, votes: values.votes ?? null, upscale: values.upscale ?? null },
});
const { dataset } = await loadFaces(data, seed, silent, loadTools(data, silent));
await measureFraming(dataset, positive('faces', values.faces));
if (values.sensitivity) await measureSensitivity(dataset, values.model);

/** Prints where the faces of the training split lie. */
async function measureFraming(dataset: FaceDataset, count: number): Promise<void> {
  const faces = gatherFaces(dataset, indicesOf(dataset, 'Training').slice(0, count));
  const network = await LandmarkNetwork.open();
  const points = await lookAt(network, faces);
  const again = (await lookAt(network, cropFaces(faces, FACE_SIZE, { zoom: WIDER }))).map((face) =>
    face.map((place) => 0.5 + (place - 0.5) / WIDER),
  );
  await network.close();
  const frames: Frame[] = [];
  const excluded = Object.fromEntries(EXCLUSIONS.map((why) => [why, 0])) as Record<Exclusion, number>;
  for (const [i, face] of points.entries()) {
    const why = exclusionOf(face, again[i]);
    if (why) excluded[why]++;
    else frames.push(frameOf(face));
  }
  const reasons = EXCLUSIONS.map((why) => `${excluded[why]} ${why}`).join(', ');
  console.log(`${frames.length} training faces of ${points.length} measured; left out: ${reasons}`);
  console.log('| fraction of the side | median | 10 % | 90 % |\n| --- | --- | --- | --- |');
  for (const name of Object.keys(frames[0]) as (keyof Frame)[]) {
    const sorted = Float64Array.from(frames, (frame) => frame[name]).sort();
    const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))].toFixed(3);
    console.log(`| ${name} | ${at(0.5)} | ${at(0.1)} | ${at(0.9)} |`);
  }
}

/** The points of each face in fractions of the picture's side, from the left and the top. */
async function lookAt(network: LandmarkNetwork, pixels: Uint8Array): Promise<Float32Array[]> {
  const count = pixels.length / FACE_PIXELS;
  const faces = Array.from({ length: count }, (_, i) => pixels.subarray(i * FACE_PIXELS, (i + 1) * FACE_PIXELS));
  return (await network.look(faces, () => WHOLE)).map((points) => points.map((place) => place / FACE_SIZE));
}

/** Prints the accuracy of a model on PublicTest, FER+ majority, in every crop. */
async function measureSensitivity(dataset: FaceDataset, file: string): Promise<void> {
  const predictor = await loadPredictor(file);
  console.log(`\n${file}, PublicTest, FER+ majority\n| crop | accuracy | points |\n| --- | --- | --- |`);
  const side = dataset.upscaled?.size ?? FACE_SIZE;
  let framed = Number.NaN;
  for (const [name, crop] of CROPS) {
    const cropped = ({ count, at }: Faces): Faces => ({ count, at: (place) => cropFaces(at(place), side, crop) });
    const accuracy = await publicAccuracy((faces) => predictor.predict(cropped(faces)), 'votes', dataset);
    if (Number.isNaN(framed)) framed = accuracy;
    const difference = 100 * (accuracy - framed);
    console.log(`| ${name} | ${(100 * accuracy).toFixed(2)} % | ${difference.toFixed(2)} |`);
  }
  await predictor.close();
}
