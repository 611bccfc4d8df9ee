import * as ort from 'onnxruntime-node';
import { EMOTIONS } from '../core/emotions.ts';
import { messageOf, UserError } from '../core/errors.ts';
import { readBytes } from '../core/files.ts';
import { faceToImage } from '../train/predict.ts';
import { type Predictor, predictEach } from './predictor.ts';

/**
 * Loads an exported ONNX file: input [1, 3, S, S] in [−1, 1], output seven probabilities, [1, 7] or [1, 7, 1, 1].
 * @throws UserError if the file is missing, broken or has other inputs or outputs.
 */
export async function loadOnnxPredictor(file: string): Promise<Predictor> {
  const session = await openOnnx(file);
  const size = inputSize(session, file);
  checkOutput(session, file);
  const [input] = session.inputNames;
  const [output] = session.outputNames;
  const image = new ort.Tensor('float32', new Float32Array(3 * size * size), [1, 3, size, size]);
  const classify = async (face: Uint8Array) => {
    faceToImage(face, size, image.data as Float32Array);
    return (await session.run({ [input]: image }))[output].data as Float32Array;
  };
  return {
    size,
    predict: (faces, onProgress) => predictEach({ file, classify }, faces, onProgress),
    close: () => session.release(),
  };
}

/** @throws UserError if the file is missing or broken. */
export async function openOnnx(file: string): Promise<ort.InferenceSession> {
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
