import { setImmediate } from 'node:timers/promises';
import * as ort from 'onnxruntime-node';
import { EMOTIONS } from '../core/emotions.ts';
import { messageOf, UserError } from '../core/errors.ts';
import { readBytes } from '../core/files.ts';
import { FACE_PIXELS } from '../data/dataset.ts';
import { faceToImage } from '../train/predict.ts';

/** Faces between two reports of progress; running the model blocks the event loop. */
const FACES_PER_TURN = 32;

/** An exported model, loaded. */
export interface OnnxPredictor {
  /** Side S of the model's input in pixels. */
  readonly size: number;
  /**
   * Probabilities of the seven classes, one face at a time as the lens runs it.
   * @param faces grey values, [n, 48, 48].
   * @param onProgress told how many faces are done, after every few faces and at the end.
   * @returns [n, 7].
   * @throws UserError if the model answers with something else than probabilities.
   */
  predict(faces: Uint8Array, onProgress?: (done: number, total: number) => void): Promise<Float32Array>;
  close(): Promise<void>;
}

/**
 * Loads an exported ONNX file: input [1, 3, S, S] in [−1, 1], output seven probabilities, [1, 7] or [1, 7, 1, 1].
 * @throws UserError if the file is missing, broken or has other inputs or outputs.
 */
export async function loadPredictor(file: string): Promise<OnnxPredictor> {
  const session = await openSession(file);
  const size = inputSize(session, file);
  checkOutput(session, file);
  const [input] = session.inputNames;
  const [output] = session.outputNames;
  const classes = EMOTIONS.length;

  return {
    size,
    async predict(faces, onProgress) {
      const total = faces.length / FACE_PIXELS;
      const probabilities = new Float32Array(total * classes);
      const image = new ort.Tensor('float32', new Float32Array(3 * size * size), [1, 3, size, size]);
      for (let face = 0; face < total; face++) {
        const pixels = faces.subarray(face * FACE_PIXELS, (face + 1) * FACE_PIXELS);
        faceToImage(pixels, size, image.data as Float32Array);
        const answer = (await session.run({ [input]: image }))[output].data as Float32Array;
        if (!isDistribution(answer))
          throw new UserError(
            `${file} does not answer with probabilities, but with ${Array.from(answer).join(', ')}; export the model again`,
          );
        probabilities.set(answer, face * classes);
        if ((face + 1) % FACES_PER_TURN === 0 || face + 1 === total) {
          onProgress?.(face + 1, total);
          await setImmediate();
        }
      }
      return probabilities;
    },
    close: () => session.release(),
  };
}

async function openSession(file: string): Promise<ort.InferenceSession> {
  const bytes = await readBytes(file);
  return ort.InferenceSession.create(bytes, { logSeverityLevel: 3 }).catch((thrown) => {
    throw new UserError(
      `cannot load ${file}: it is no complete ONNX model (${messageOf(thrown)}); export or download it again`,
      { cause: thrown },
    );
  });
}

function inputSize(session: ort.InferenceSession, file: string): number {
  const [batch, channels, height, width] = shapeOf(session.inputMetadata);
  if (batch !== 1 || channels !== 3 || typeof height !== 'number' || height < 1 || height !== width)
    throw new UserError(
      `${file} has the input ${describe(session.inputMetadata)}; one float32 [1, 3, S, S] is expected`,
    );
  return height;
}

function checkOutput(session: ort.InferenceSession, file: string): void {
  const [batch, classes, ...rest] = shapeOf(session.outputMetadata);
  if (batch !== 1 || classes !== EMOTIONS.length || rest.some((side) => side !== 1))
    throw new UserError(
      `${file} has the output ${describe(session.outputMetadata)}; one float32 [1, 7] or [1, 7, 1, 1] is expected`,
    );
}

/** The shape of the only value, or nothing if there are several or it is no float tensor. */
function shapeOf(values: readonly ort.InferenceSession.ValueMetadata[]): readonly (number | string)[] {
  const [value] = values;
  return values.length === 1 && value.isTensor && value.type === 'float32' ? value.shape : [];
}

function describe(values: readonly ort.InferenceSession.ValueMetadata[]): string {
  return values
    .map((value) => (value.isTensor ? `${value.type} [${value.shape.join(', ')}]` : `${value.name}, no tensor`))
    .join(' and ');
}

/** NaN, infinities and logits do not pass; half-precision weights may leave the sum a little off 1. */
function isDistribution(answer: Float32Array): boolean {
  const sum = answer.reduce((total, probability) => total + probability, 0);
  return answer.every((probability) => probability >= 0) && Math.abs(sum - 1) < 0.01;
}
