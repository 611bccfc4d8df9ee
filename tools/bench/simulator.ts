/**
 * How fast the simulator runs the shipped lens in Node, and what its smoothing is worth: `npm run bench:simulator`.
 * A minute of the lens with another drawn face every three seconds, happy, surprised or neutral in turn, seen through noise,
 * at 30 frames a second: with answers out of the air in place of the model, with the model as the lens holds it, and as ONNX.
 * Switches are counted in the same minute: of the likeliest class of the model's answers, and of what is shown; the 20 faces
 * make 20 of them.
 */
import { join } from 'node:path';
import { EMOTIONS } from '../../ml/core/emotions.ts';
import { Random } from '../../ml/core/random.ts';
import { FACE_SIZE, faceAt } from '../../ml/data/dataset.ts';
import { generateFaces } from '../../ml/data/synthetic/generate.ts';
import { SHIPPED_LENS, SHIPPED_MODEL } from '../lens-build/shipped.ts';
import type { HostModel } from '../simulator/lens.ts';
import { loadLens } from '../simulator/session/load-lens.ts';
import { type Picture, Session, switchesPerMinute } from '../simulator/session/session.ts';
import { readArguments } from './arguments.ts';

readArguments(
  'bench:simulator',
  'Measures how fast the simulator runs the shipped lens, and how often expressions switch before and after smoothing.',
  {},
);

const SECONDS = 60;
const FRAMES_PER_SECOND = 30;
const SECONDS_PER_EXPRESSION = 3;
/** Standard deviation in grey levels. */
const NOISE = 20;

const loadStart = performance.now();
const lens = await loadLens(SHIPPED_LENS);
console.log(`project read and its scripts bundled in ${Math.round(performance.now() - loadStart)} ms`);

const random = new Random(1);
const dataset = generateFaces({ count: 10 * EMOTIONS.length, seed: 1 });
/** Those that the model tells apart when they are drawn. */
const SHOWN = [...EMOTIONS.keys()].filter((emotion) => ['Happy', 'Surprise', 'Neutral'].includes(EMOTIONS[emotion]));
const faces = [...dataset.labels.keys()].filter((face) => SHOWN.includes(dataset.labels[face]));
/** One for each frame, drawn before the time is taken. */
const pictures: Picture[] = Array.from({ length: SECONDS * FRAMES_PER_SECOND }, (_, frame) => {
  const face = faceAt(dataset, faces[Math.floor(frame / FRAMES_PER_SECOND / SECONDS_PER_EXPRESSION)]);
  const pixels = face.map((value) => Math.max(0, Math.min(255, Math.round(value + random.normal(0, NOISE)))));
  return { size: FACE_SIZE, pixels };
});

/** Doubts between two classes, so that the lens has something to decide. */
const outOfTheAir: HostModel = {
  run: async () => {
    const answer = new Float32Array(EMOTIONS.length).fill(0.02);
    const share = random.uniform(0.2, 0.7);
    answer[3] = share;
    answer[6] = 0.9 - share;
    return [answer];
  },
};

const models: readonly [name: string, model: HostModel | undefined | string][] = [
  ['without the model', outOfTheAir],
  ['emotion.int8.tflite in LiteRT', undefined],
  ['emotion.int8.onnx in ONNX Runtime', join(SHIPPED_MODEL, 'emotion.int8.onnx')],
];
for (const [name, model] of models) {
  const session = new Session({ lens, model, fps: FRAMES_PER_SECOND });
  session.find(0, pictures[0]);
  let frame = 0;
  const start = performance.now();
  await session.run(SECONDS, () => session.show(0, pictures[frame++]));
  const seconds = (performance.now() - start) / 1000;
  const { before, after } = switchesPerMinute(session, 0, SECONDS);
  const figures = [
    `${SECONDS} s in ${seconds.toFixed(2)} s (${(SECONDS / seconds).toFixed(1)} × real time)`,
    `${session.answers.length} answers`,
    `${Math.round(before)} switches a minute before smoothing, ${Math.round(after)} after`,
  ];
  console.log(`${name}: ${figures.join(', ')}`);
  await session.close();
}
