import { extname } from 'node:path';
import * as ort from 'onnxruntime-node';
import { UserError } from '../../../ml/core/errors.ts';
import { readBytes } from '../../../ml/core/files.ts';
import { encode } from '../../../ml/evaluate/litert/encode.ts';
import { openLitert } from '../../../ml/evaluate/litert/session.ts';
import { openOnnx } from '../../../ml/evaluate/onnx-predictor.ts';
import { dequantize } from '../../../ml/tflite/dequantize.ts';
import { readTflite } from '../../../ml/tflite/read.ts';
import type { HostModel } from '../lens.ts';
import type { ModelAsset, ModelPort } from '../program.ts';

/** A model file in the runtime of its format. */
export interface OpenModel extends HostModel {
  close(): Promise<void>;
}

/**
 * Opens a network of one input and one output.
 * @param asset how Lens Studio imported it, or another export of the same network.
 * @throws UserError if the file is missing, broken, of another format or shape.
 */
export async function openModelFile(file: string, { inputs, outputs }: ModelAsset): Promise<OpenModel> {
  if (inputs.length !== 1 || outputs.length !== 1)
    throw new UserError(
      `${file} has ${inputs.length} inputs and ${outputs.length} outputs; the simulator runs models with one of each`,
    );
  switch (extname(file).toLowerCase()) {
    case '.onnx':
      return openOnnxFile(file, inputs[0]);
    case '.tflite':
      return openTfliteFile(file, inputs[0]);
    default:
      throw new UserError(`cannot load ${file}: the simulator runs .onnx and .tflite files; choose one of them`);
  }
}

async function openOnnxFile(file: string, { shape }: ModelPort): Promise<OpenModel> {
  const session = await openOnnx(file);
  const [width, height, channels] = shape;
  const [input] = session.inputMetadata;
  checkShape(file, input.isTensor ? input.shape : [], [1, channels, height, width]);
  const area = width * height;
  return {
    run: async ([picture]) => {
      const planes = new Float32Array(picture.length);
      for (let i = 0; i < picture.length; i++) planes[(i % channels) * area + Math.floor(i / channels)] = picture[i];
      const image = new ort.Tensor('float32', planes, [1, channels, height, width]);
      const results = await session.run({ [session.inputNames[0]]: image });
      return [results[session.outputNames[0]].data as Float32Array];
    },
    close: () => session.release(),
  };
}

async function openTfliteFile(file: string, { shape }: ModelPort): Promise<OpenModel> {
  const bytes = await readBytes(file);
  const [input, output] = (({ inputs, outputs }) => [inputs[0], outputs[0]])(readTflite(bytes, file));
  if (!input || !output) throw new UserError(`${file} has no input or no output; choose another model`);
  const [width, height, channels] = shape;
  checkShape(file, input.shape, [1, height, width, channels]);
  const session = await openLitert(bytes, file);
  return {
    run: async ([picture]) => {
      const data = await session.run(encode(picture, input));
      return [Float32Array.from(dequantize({ ...output, data }, file))];
    },
    close: async () => session.close(),
  };
}

function checkShape(file: string, found: readonly (number | string)[], expected: readonly number[]): void {
  if (found.join() !== expected.join())
    throw new UserError(
      `${file} has the input [${found.join(', ')}]; its import settings say [${expected.join(', ')}]: import it again`,
    );
}
