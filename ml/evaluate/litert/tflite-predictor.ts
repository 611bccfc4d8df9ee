import { EMOTIONS } from '../../core/emotions.ts';
import { UserError } from '../../core/errors.ts';
import { readBytes } from '../../core/files.ts';
import { dequantize } from '../../tflite/dequantize.ts';
import type { TfliteModel, TfliteTensor } from '../../tflite/model.ts';
import { readTflite } from '../../tflite/read.ts';
import { faceToImage } from '../../train/predict.ts';
import { type Predictor, predictEach } from '../predictor.ts';
import { encode } from './encode.ts';
import { openLitert } from './session.ts';

const COLOURS = 3;
const TYPES: readonly TfliteTensor['type'][] = ['FLOAT32', 'UINT8', 'INT8'];
const EXPECTED_TYPES = 'float32, or uint8 or int8 with one scale';

/**
 * Loads a `.tflite` file in LiteRT, Google's own runtime: input [1, S, S, 3] in [−1, 1], output seven probabilities,
 * [1, 7] or [1, 1, 1, 7]; each in float32 or quantized to uint8 or int8.
 * @throws UserError if the file is missing, broken, has other inputs or outputs, or operators that LiteRT lacks.
 */
export async function loadTflitePredictor(file: string): Promise<Predictor> {
  const bytes = await readBytes(file);
  const { inputs, outputs } = readTflite(bytes, file);
  const input = inputOf(inputs, file);
  const output = outputOf(outputs, file);
  const session = await openLitert(bytes, file);
  const size = input.shape[1];
  const image = new Float32Array(COLOURS * size * size);
  const classify = async (face: Uint8Array) => {
    faceToImage(face, size, image);
    const data = await session.run(encode(coloursLast(image), input));
    return dequantize({ ...output, data }, file);
  };
  return {
    size,
    predict: (faces, onProgress) => predictEach({ file, classify }, faces, onProgress),
    close: async () => session.close(),
  };
}

/** From [3, S, S] to [S, S, 3]. */
function coloursLast(image: Float32Array): Float32Array {
  const area = image.length / COLOURS;
  return image.map((_, i) => image[(i % COLOURS) * area + Math.floor(i / COLOURS)]);
}

function inputOf(inputs: TfliteModel['inputs'], file: string): TfliteTensor {
  const [input] = inputs;
  if (inputs.length === 1 && input && hasNumbers(input)) {
    const [batch, height, width, colours, ...rest] = input.shape;
    if (batch === 1 && height > 0 && height === width && colours === COLOURS && rest.length === 0) return input;
  }
  throw new UserError(
    `${file} has the input ${describe(inputs)}; one [1, S, S, 3] is expected, ${EXPECTED_TYPES}; choose such a model`,
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
