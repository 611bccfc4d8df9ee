import { extname } from 'node:path';
import * as ort from 'onnxruntime-node';
import { UserError } from '../../../ml/core/errors.ts';
import { encode } from '../../../ml/runtime/litert/encode.ts';
import { inputsNamed } from '../../../ml/runtime/litert/inputs.ts';
import { openLitert } from '../../../ml/runtime/litert/session.ts';
import { readModelFile } from '../../../ml/runtime/model-file.ts';
import { openOnnx } from '../../../ml/runtime/onnx-predictor.ts';
import { dequantize } from '../../../ml/tflite/dequantize.ts';
import { readTflite } from '../../../ml/tflite/read.ts';
import type { HostModel } from '../lens.ts';
import type { ModelAsset, ModelPort } from '../program.ts';

/** A model file in the runtime of its format. */
export interface OpenModel extends HostModel {
  close(): Promise<void>;
}

/**
 * Opens a network of one output.
 * @param asset how Lens Studio imported it, or another export of the same network, with its inputs in the same order.
 * @throws UserError if the file is missing, broken, of another format or shape.
 */
export async function openModelFile(file: string, { inputs, outputs }: ModelAsset): Promise<OpenModel> {
  if (outputs.length !== 1)
    throw new UserError(`${file} has ${outputs.length} outputs; the simulator runs models with one`);
  switch (extname(file).toLowerCase()) {
    case '.onnx':
      return openOnnxFile(file, inputs);
    case '.tflite':
      return openTfliteFile(file, inputs);
    default:
      throw new UserError(`cannot load ${file}: the simulator runs .onnx and .tflite files; choose one of them`);
  }
}

async function openOnnxFile(file: string, ports: readonly ModelPort[]): Promise<OpenModel> {
  const session = await openOnnx(file);
  const shapes = session.inputMetadata.map((input) => (input.isTensor ? input.shape : []));
  checkShapes(file, shapes, ports, ([width, height, channels]) => [1, channels, height, width]);
  return {
    run: async (inputs) => {
      const tensors = inputs.map(
        (values, at) => new ort.Tensor('float32', planar(values, ports[at]), shapes[at] as number[]),
      );
      const results = await session.run(
        Object.fromEntries(tensors.map((tensor, at) => [session.inputNames[at], tensor])),
      );
      return [results[session.outputNames[0]].data as Float32Array];
    },
    close: () => session.release(),
  };
}

/** From [height, width, channels] to [channels, height, width]. */
function planar(values: Float32Array, { shape: [width, height, channels] }: ModelPort): Float32Array {
  const area = width * height;
  const planes = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) planes[(i % channels) * area + Math.floor(i / channels)] = values[i];
  return planes;
}

async function openTfliteFile(file: string, ports: readonly ModelPort[]): Promise<OpenModel> {
  const bytes = await readModelFile(file);
  const model = readTflite(bytes, file);
  const { inputs, outputs } = model;
  const [output] = outputs;
  const tensors = inputs.filter((tensor) => tensor !== null);
  if (!output) throw new UserError(`${file} has no output; choose another model`);
  checkShapes(
    file,
    tensors.map(({ shape }) => shape),
    ports,
    ([width, height, channels]) => [1, height, width, channels],
  );
  const session = await openLitert(bytes, file);
  const places = inputsNamed(model, session.inputNames).map((tensor) => tensors.indexOf(tensor));
  return {
    run: async (values) => {
      const data = await session.run(...places.map((at) => encode(values[at], tensors[at])));
      return [Float32Array.from(dequantize({ ...output, data }, file))];
    },
    close: async () => session.close(),
  };
}

type Shape = readonly (number | string)[];

/** @param layout how the format lays a picture of width, height and channels out; a row of numbers may lie as it likes. */
function checkShapes(
  file: string,
  found: readonly Shape[],
  ports: readonly ModelPort[],
  layout: (shape: readonly number[]) => readonly number[],
): void {
  const expected = ports.map(({ shape }) => layout(shape));
  const isRow = ([width, height]: readonly number[]) => width === 1 && height === 1;
  const fits = (shape: Shape, at: number) =>
    isRow(ports[at].shape)
      ? withoutOnes(shape).join() === withoutOnes(expected[at]).join()
      : shape.join() === expected[at].join();
  if (found.length === ports.length && found.every(fits)) return;
  const list = (shapes: readonly Shape[]) => shapes.map((shape) => `[${shape.join(', ')}]`).join(' and ') || 'none';
  throw new UserError(
    `${file} has the inputs ${list(found)}; its import settings say ${list(expected)}: import it again`,
  );
}

const withoutOnes = (shape: Shape): Shape => shape.filter((side) => side !== 1);
