import { setImmediate } from 'node:timers/promises';
import { CLASSES, ClassListSchema } from '../core/class-list.ts';
import { EMOTIONS } from '../core/emotions.ts';
import { UserError } from '../core/errors.ts';
import { LANDMARK_VALUES } from '../core/landmarks68.ts';
import type { Faces } from '../data/dataset.ts';
import { faceToImage } from '../data/resize.ts';
import { LANDMARKS } from '../model/inputs.ts';
import { labelsIn } from '../model/onnx-metadata.ts';
import { decodeModel } from '../onnx/decode.ts';
import { appendedLabels } from '../tflite/metadata.ts';
import { checkEnding, openModel, readModelFile } from './model-file.ts';
import type { ModelInterface, ModelPort } from './session.ts';

/** Faces between two reports of progress; running a model blocks the event loop. */
export const FACES_PER_TURN = 32;

const NO_LANDMARKS = new Float32Array(LANDMARK_VALUES);
const COLOURS = 3;
/** How far from 1 probabilities may sum up to: each that is a multiple of 1/256 may be half a step off. */
const sumTolerance = (classes: number) => Math.max(0.02, classes / 400);

/** Receives how many faces are done, after every few faces and at the end. */
export type OnProgress = (done: number, total: number) => void;

/** An exported model, loaded. */
export interface Predictor {
  /** Side S of the model's image in pixels; 0 of a model that takes only landmarks. */
  readonly size: number;
  /** Names of its classes in the order of its output. */
  readonly labels: readonly string[];
  /** Whether it takes landmarks; those of a face without any are zeros. */
  readonly takesLandmarks: boolean;
  /**
   * Probabilities of the classes, one face at a time as the lens runs it.
   * @returns [n, K].
   * @throws UserError if the model's output is anything but probabilities.
   */
  predict(faces: Faces, onProgress?: OnProgress): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * Loads an exported model in this process. For untrusted files, use `loadIsolatedPredictor`.
 * @throws UserError if the file is missing, broken, of another format or has other inputs or outputs.
 */
export async function loadPredictor(file: string): Promise<Predictor> {
  return openPredictor(await readPredictor(file), file);
}

/**
 * The bytes of a file whose name says that it is a model.
 * @throws UserError if it is missing, far too large or of another format.
 */
export async function readPredictor(file: string): Promise<Uint8Array> {
  checkEnding(file, 'choose an exported model or the folder of a run');
  return readModelFile(file);
}

/**
 * Opens an exported model: an image, [1, 3, S, S] or in a TFLite file [1, S, S, 3], in [−1, 1], 136 values as `landmarks`,
 * or both; and as its only output a probability for each class. A TFLite file may have them quantized to uint8 or int8. Classes
 * have the names that the file gives them; seven without names are the expressions.
 * @param bytes by {@link readPredictor}.
 * @throws as {@link loadPredictor}.
 */
export async function openPredictor(bytes: Uint8Array, file: string): Promise<Predictor> {
  const session = await openModel(bytes, file, { check: (model) => checkInterface(model, file) });
  const { image, points } = inputsOf(session);
  const labels = labelsOf(bytes, file, product(session.outputs[0].shape));
  const size = image ? sideOf(image, session) : 0;
  const planes = new Float32Array(COLOURS * size * size);
  const classify = async (face: Uint8Array, landmarks: Float32Array): Promise<Float32Array> => {
    if (image) faceToImage(face, size, planes);
    const picture = session.channels === 'first' ? planes : coloursLast(planes);
    const inputs = session.inputs.map((input) => ({
      shape: input.shape as readonly number[],
      values: input === points ? landmarks : picture,
    }));
    const [probabilities] = await session.run(inputs);
    return probabilities;
  };
  return {
    size,
    labels,
    takesLandmarks: points !== undefined,
    close: () => session.close(),
    predict: async (faces, onProgress) => {
      const total = faces.count;
      const probabilities = new Float32Array(total * labels.length);
      for (let face = 0; face < total; face++) {
        const answer = await classify(faces.at(face), faces.landmarks?.(face) ?? NO_LANDMARKS);
        if (!isDistribution(answer))
          throw new UserError(
            `${file} does not output probabilities, but ${Array.from(answer).join(', ')}; export the model again`,
          );
        probabilities.set(answer, face * labels.length);
        if ((face + 1) % FACES_PER_TURN === 0 || face + 1 === total) {
          onProgress?.(face + 1, total);
          await setImmediate();
        }
      }
      return probabilities;
    },
  };
}

/** @param classes how many it answers with. */
function labelsOf(bytes: Uint8Array, file: string, classes: number): readonly string[] {
  const isOnnx = checkEnding(file) === '.onnx';
  const named = isOnnx ? labelsIn(decodeModel(bytes, file), file) : appendedLabels(bytes);
  const labels = ClassListSchema.safeParse(named ?? EMOTIONS).data;
  if (labels?.length === classes) return labels;
  throw new UserError(
    `${file} answers with ${classes} classes, but ${named ? `names ${named.length}` : 'does not name them'}; choose a model that ` +
      'names each of its classes once, or import it with its names: "emotion-lens import"',
  );
}

/** NaN, infinities and logits do not pass. */
function isDistribution(answer: Float32Array): boolean {
  const sum = answer.reduce((total, probability) => total + probability, 0);
  return answer.every((probability) => probability >= 0) && Math.abs(sum - 1) < sumTolerance(answer.length);
}

/** From [3, S, S] to [S, S, 3]. */
function coloursLast(image: Float32Array): Float32Array {
  const area = image.length / COLOURS;
  return image.map((_, i) => image[(i % COLOURS) * area + Math.floor(i / COLOURS)]);
}

function checkInterface(model: ModelInterface, file: string): void {
  const { inputs, outputs, channels } = model;
  const { image, points } = inputsOf(model);
  const used = Number(image !== undefined) + Number(points !== undefined);
  const [types, imageShape, pointsShape, outputShapes] =
    channels === 'first'
      ? ['float32', '[1, 3, S, S]', '[1, 136, 1, 1]', '[1, K] or [1, K, 1, 1]']
      : ['float32, or uint8 or int8 with one scale', '[1, S, S, 3]', '[1, 1, 1, 136]', '[1, K] or [1, 1, 1, K]'];
  if (used === 0 || used !== inputs.length)
    throw new UserError(
      `${file} has the input ${describe(inputs)}; expected one ${imageShape}, one ${pointsShape} named "${LANDMARKS}", or ` +
        `both, ${types}: choose such a model`,
    );
  const [output] = outputs;
  if (outputs.length !== 1 || !isUsable(output) || !hasClasses(output.shape, channels))
    throw new UserError(
      `${file} has the output ${describe(outputs)}; expected one ${outputShapes} for ${CLASSES.min} to ${CLASSES.max} classes, ${types}: choose such a model`,
    );
}

function inputsOf(model: ModelInterface): { image?: ModelPort; points?: ModelPort } {
  const usable = model.inputs.filter(isUsable);
  const points = usable.find(({ name, shape }) => name === LANDMARKS && product(shape) === LANDMARK_VALUES);
  const image = usable.find((input) => input !== points && sideOf(input, model) > 0);
  return { ...(image && { image }), ...(points && { points }) };
}

/** Side of a square picture in colours; 0 of anything else. */
function sideOf({ shape }: ModelPort, { channels }: ModelInterface): number {
  const [height, width, colours] = channels === 'first' ? [shape[2], shape[3], shape[1]] : shape.slice(1);
  const isPicture = shape.length === 4 && shape[0] === 1 && colours === COLOURS;
  return isPicture && typeof height === 'number' && height === width ? height : 0;
}

function hasClasses(shape: ModelPort['shape'], channels: ModelInterface['channels']): boolean {
  const axis = channels === 'first' ? 1 : shape.length - 1;
  const classes = Number(shape[axis]);
  if (shape.length < 2 || classes < CLASSES.min || classes > CLASSES.max) return false;
  return shape.every((side, at) => typeof side === 'number' && (at === axis || side === 1));
}

/** Whether its numbers are floats, or small integers with one scale. */
function isUsable({ type, scales }: ModelPort): boolean {
  return type === 'float32' || ((type === 'uint8' || type === 'int8') && scales === 1);
}

const product = (shape: ModelPort['shape']) => shape.reduce<number>((count, side) => count * Number(side), 1);

function describe(ports: readonly ModelPort[]): string {
  const words = ports.map(({ name, type, shape, scales }) => {
    if (type === null) return `"${name}", which is not a tensor`;
    return `${type} [${shape.join(', ')}]${scales === undefined ? '' : ` (scales: ${scales})`}`;
  });
  return words.join(' and ') || 'none';
}
