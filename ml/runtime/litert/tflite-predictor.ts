import { EMOTIONS } from '../../core/emotions.ts';
import { UserError } from '../../core/errors.ts';
import { LANDMARK_VALUES } from '../../core/ibug.ts';
import { faceToImage } from '../../data/resize.ts';
import { sizeOf } from '../../nn/graph.ts';
import { LANDMARKS } from '../../nn/layers.ts';
import { dequantize } from '../../tflite/dequantize.ts';
import type { TfliteModel, TfliteTensor } from '../../tflite/model.ts';
import { readTflite } from '../../tflite/read.ts';
import { type Predictor, predictEach } from '../predict-each.ts';
import { encode } from './encode.ts';
import { inputsNamed } from './inputs.ts';
import { openLitert } from './session.ts';

const COLOURS = 3;
const TYPES: readonly TfliteTensor['type'][] = ['FLOAT32', 'UINT8', 'INT8'];
const EXPECTED_TYPES = 'float32, or uint8 or int8 with one scale';

/**
 * Opens a `.tflite` file in LiteRT, Google's own runtime: an image [1, S, S, 3] in [−1, 1], 136 values as `landmarks`, or
 * both, and as output seven probabilities, [1, 7] or [1, 1, 1, 7]; each in float32 or quantized to uint8 or int8.
 * @throws UserError if the file is broken, has other inputs or outputs, or operators that LiteRT lacks.
 */
export async function openTflitePredictor(bytes: Uint8Array, file: string): Promise<Predictor> {
  const model = readTflite(bytes, file);
  const { image, points } = inputsOf(model.inputs, file);
  const output = outputOf(model.outputs, file);
  const session = await openLitert(bytes, file);
  const inputs = inputsNamed(model, session.inputNames);
  const size = image?.shape[1] ?? 0;
  const picture = new Float32Array(COLOURS * size * size);
  const classify = async (face: Uint8Array, landmarks: Float32Array) => {
    if (image) faceToImage(face, size, picture);
    const valuesOf = (input: TfliteTensor) => (input === points ? landmarks : coloursLast(picture));
    const data = await session.run(...inputs.map((input) => encode(valuesOf(input), input)));
    return dequantize({ ...output, data }, file);
  };
  return {
    size,
    takesLandmarks: points !== undefined,
    predict: (faces, onProgress) => predictEach({ file, classify }, faces, onProgress),
    close: async () => session.close(),
  };
}

/** From [3, S, S] to [S, S, 3]. */
function coloursLast(image: Float32Array): Float32Array {
  const area = image.length / COLOURS;
  return image.map((_, i) => image[(i % COLOURS) * area + Math.floor(i / COLOURS)]);
}

function inputsOf(inputs: TfliteModel['inputs'], file: string): { image?: TfliteTensor; points?: TfliteTensor } {
  const known = inputs.filter((tensor) => tensor !== null).filter(hasNumbers);
  const points = known.find(({ name, shape }) => name === LANDMARKS && sizeOf(shape) === LANDMARK_VALUES);
  const image = known.find(({ shape: [batch, height, width, colours, ...rest] }) => {
    return batch === 1 && height > 0 && height === width && colours === COLOURS && rest.length === 0;
  });
  const used = Number(image !== undefined) + Number(points !== undefined);
  if (used > 0 && used === inputs.length) return { ...(image && { image }), ...(points && { points }) };
  throw new UserError(
    `${file} has the input ${describe(inputs)}; one [1, S, S, 3] is expected, and [1, 1, 1, 136] as "${LANDMARKS}" beside it ` +
      `or alone, ${EXPECTED_TYPES}; choose such a model`,
  );
}

function outputOf(outputs: TfliteModel['outputs'], file: string): TfliteTensor {
  const [output] = outputs;
  if (outputs.length === 1 && output && hasNumbers(output)) {
    const ones = output.shape.slice(0, -1);
    if (output.shape.at(-1) === EMOTIONS.length && ones.length > 0 && ones.every((side) => side === 1)) return output;
  }
  throw new UserError(
    `${file} has the output ${describe(outputs)}; one [1, 7] or [1, 1, 1, 7] is expected, ${EXPECTED_TYPES}; ` +
      'choose such a model',
  );
}

/** Whether its type is known here and, if it is quantized, its scale. */
function hasNumbers({ type, scale, zeroPoint }: TfliteTensor): boolean {
  return TYPES.includes(type) && (type === 'FLOAT32' || (scale.length === 1 && zeroPoint.length === 1));
}

function describe(tensors: TfliteModel['inputs']): string {
  const words = tensors.map((tensor) => {
    if (!tensor) return 'that is left out';
    const { type, shape, scale } = tensor;
    const scales = type === 'FLOAT32' ? '' : ` (scales: ${scale.length})`;
    return `${type.toLowerCase()} [${shape.join(', ')}]${scales}`;
  });
  return words.join(' and ');
}
