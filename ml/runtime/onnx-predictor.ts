import * as ort from 'onnxruntime-node';
import { EMOTIONS } from '../core/emotions.ts';
import { messageOf, UserError } from '../core/errors.ts';
import { LANDMARK_VALUES } from '../core/ibug.ts';
import { faceToImage } from '../data/resize.ts';
import { LANDMARKS } from '../nn/layers.ts';
import { decodeModel } from '../onnx/decode.ts';
import { readModelFile } from './model-file.ts';
import { type Predictor, predictEach } from './predict-each.ts';

/**
 * Opens an exported ONNX file: an image [1, 3, S, S] in [−1, 1], 136 values as `landmarks`, or both, and as output seven probabilities, [1, 7] or [1, 7, 1, 1].
 * @throws UserError if the file is broken or has other inputs or outputs.
 */
export async function openOnnxPredictor(bytes: Uint8Array, file: string): Promise<Predictor> {
  const session = await openOnnxBytes(bytes, file);
  const { image, size, points } = inputsOf(session, file);
  checkOutput(session, file);
  const [output] = session.outputNames;
  const picture = new Float32Array(3 * size * size);
  const classify = async (face: Uint8Array, landmarks: Float32Array) => {
    const feeds: Record<string, ort.Tensor> = {};
    if (image) {
      faceToImage(face, size, picture);
      feeds[image.name] = new ort.Tensor('float32', picture, [1, 3, size, size]);
    }
    if (points) feeds[points.name] = new ort.Tensor('float32', landmarks, points.shape as number[]);
    const results = await session.run(feeds).catch((thrown) => {
      throw new UserError(`ONNX Runtime cannot run ${file}: ${messageOf(thrown)}`, { cause: thrown });
    });
    return results[output].data as Float32Array;
  };
  return {
    size,
    takesLandmarks: points !== undefined,
    predict: (faces, onProgress) => predictEach({ file, classify }, faces, onProgress),
    close: () => session.release(),
  };
}

/** @throws UserError if the file is missing, broken or far too large. */
export async function openOnnx(file: string): Promise<ort.InferenceSession> {
  return openOnnxBytes(await readModelFile(file), file);
}

async function openOnnxBytes(bytes: Uint8Array, file: string): Promise<ort.InferenceSession> {
  // ONNX Runtime would look for weights in other files, by names that the file gives.
  decodeModel(bytes, file);
  return ort.InferenceSession.create(bytes, { logSeverityLevel: 3 }).catch((thrown) => {
    throw new UserError(
      `cannot load ${file}: it is no complete ONNX model (${messageOf(thrown)}); export or download it again`,
      { cause: thrown },
    );
  });
}

/** An input of floats. */
interface FloatInput {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}

function inputsOf(
  { inputMetadata }: ort.InferenceSession,
  file: string,
): { image?: FloatInput; size: number; points?: FloatInput } {
  const named = (wanted: boolean) => inputMetadata.filter(({ name }) => (name === LANDMARKS) === wanted);
  const [others, points] = [named(false), named(true)].map((values) => ({
    name: values[0]?.name,
    shape: shapeOf(values),
    count: values.length,
  }));
  const [batch, channels, height, width] = others.shape;
  const size = typeof height === 'number' && height === width ? height : 0;
  const hasImage = batch === 1 && channels === 3 && size > 0;
  const hasPoints = points.shape.reduce<number>((product, side) => product * Number(side), 1) === LANDMARK_VALUES;
  const none = others.count === 0 && points.count === 0;
  if (none || (others.count > 0 && !hasImage) || (points.count > 0 && !hasPoints))
    throw new UserError(
      `${file} has the input ${describe(inputMetadata)}; one float32 [1, 3, S, S] is expected, and [1, 136, 1, 1] as ` +
        `"${LANDMARKS}" beside it or alone`,
    );
  return { size, ...(hasImage && { image: others }), ...(hasPoints && { points }) };
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
