import { unzipSync } from 'fflate';
import { UserError } from '../../core/errors.ts';
import type { OnnxModel } from '../../onnx/model.ts';
import { decodeFlatbuffer } from '../../tflite/decode.ts';
import { dequantize } from '../../tflite/dequantize.ts';
import { METADATA_NAME, ModelMetadata } from '../../tflite/metadata.ts';
import type { TfliteModel, TfliteTensor } from '../../tflite/model.ts';
import { readTflite } from '../../tflite/read.ts';
import type { PixelRange, SourceModel } from '../source.ts';
import { OnnxBuilder } from './builder.ts';
import { writeOperator } from './tflite-operators.ts';

/** Numbers of 8 bits, which stand for real ones. */
const QUANTIZED: readonly string[] = ['INT8', 'UINT8'];
/** Whole numbers: shapes and axes, which are read where they are needed. */
const WHOLE: readonly string[] = ['INT32', 'INT64', 'BOOL'];

/**
 * Reads a TensorFlow Lite file of float32, float16 weights, or 8-bit integers: as the network of floats that it stands for.
 * @param file its name, for messages.
 * @throws UserError if it is damaged, or has an operator that no lens can have.
 */
export function readTfliteSource(bytes: Uint8Array, file: string): SourceModel {
  const source = readTflite(bytes, file);
  const quantized = source.tensors.some(({ type }) => QUANTIZED.includes(type));
  const halves = source.tensors.some(({ type }) => type === 'FLOAT16');
  const labels = labelsIn(bytes);
  const pixels = pixelsOf(source, file);
  return {
    file,
    format: `TensorFlow Lite, ${quantized ? '8-bit integers' : halves ? 'float16 weights' : 'float32'}`,
    model: networkOf(source, file),
    runtime: { bytes, file },
    quantized,
    ...(labels && { labels: { names: labels, from: `the metadata of ${file}` } }),
    ...(pixels && { pixels }),
  };
}

function networkOf(source: TfliteModel, file: string): OnnxModel {
  const builder = new OnnxBuilder();
  const names = new Map<TfliteTensor, string>();
  const whole = (tensors: readonly (TfliteTensor | null)[]) => tensors.filter((tensor) => tensor !== null);
  const inputs = whole(source.inputs).map((tensor, at) => {
    const name = /^[A-Za-z_]\w*$/.test(tensor.name) ? tensor.name : `input_${at}`;
    names.set(tensor, name);
    return { name, shape: tensor.shape };
  });
  // Constants of float16 have a DEQUANTIZE each.
  const constants = new Map<TfliteTensor, TfliteTensor>();
  const constantOf = (tensor: TfliteTensor) => constants.get(tensor) ?? tensor;
  const nameOf = (given: TfliteTensor): string => {
    const tensor = constantOf(given);
    const known = names.get(tensor);
    if (known !== undefined) return known;
    if (tensor.data.length === 0)
      throw new UserError(
        `${file}: the tensor ${JSON.stringify(tensor.name)} is used before it is computed; export the model again`,
      );
    const name = builder.floats(dequantize(tensor, file), tensor.shape);
    names.set(tensor, name);
    return name;
  };
  for (const operator of source.operators) {
    const outputs = whole(operator.outputs);
    // What computes shapes is known without it.
    if (outputs.every(({ type }) => WHOLE.includes(type))) continue;
    const [first] = operator.inputs;
    if (operator.name === 'DEQUANTIZE' && first && first.data.length > 0) {
      for (const tensor of outputs) constants.set(tensor, first);
      continue;
    }
    const tensorAt = (place: number) => {
      const tensor = operator.inputs[place];
      return tensor && constantOf(tensor);
    };
    const input = (place: number) => {
      const tensor = tensorAt(place);
      if (!tensor)
        throw new UserError(`${file}: the operator ${operator.name} lacks its input ${place}; export the model again`);
      return nameOf(tensor);
    };
    const results = writeOperator({ builder, operator, file, tensor: tensorAt, input });
    for (const [at, tensor] of operator.outputs.entries()) if (tensor) names.set(tensor, results[at]);
  }
  return builder.finish(inputs, whole(source.outputs).map(nameOf), 'TensorFlow Lite');
}

/**
 * What the file says of pixels: the scale of an input of 8 bits, or the mean and deviation of its metadata
 * (ai.google.dev/edge/litert/models/metadata).
 */
function pixelsOf({ inputs: [input], metadata }: TfliteModel, file: string): PixelRange | undefined {
  if (input?.type === 'UINT8' && input.scale.length === 1) {
    return { scale: [input.scale[0]], bias: [-input.scale[0] * input.zeroPoint[0]] };
  }
  // The same numbers, moved by 128.
  if (input?.type === 'INT8' && input.scale.length === 1) {
    return { scale: [input.scale[0]], bias: [-input.scale[0] * (input.zeroPoint[0] + 128)] };
  }
  const data = metadata.find(({ name }) => name === METADATA_NAME)?.data;
  if (!data) return undefined;
  const broken = (found: string) => new UserError(`${file}: its metadata is damaged: ${found}; export it again`);
  const { subgraphs } = decodeFlatbuffer(data, ModelMetadata, broken);
  const unit = subgraphs[0]?.inputs[0]?.processUnits.find(({ options }) => options?.type === 'NormalizationOptions');
  const { mean = [], std = [] } = unit?.options?.value ?? {};
  if (mean.length === 0 || mean.length !== std.length || std.some((value) => !(value > 0))) return undefined;
  return { scale: std.map((value) => 1 / value), bias: mean.map((value, c) => -value / std[c]) };
}

/** Bytes of a list of labels. */
const MAX_LABELS = 100_000;

/** The labels in the archive that TensorFlow's metadata writer appends to a file. */
function labelsIn(bytes: Uint8Array): readonly string[] | undefined {
  try {
    const files = unzipSync(bytes, {
      filter: ({ name, originalSize }) => /label[^/]*\.txt$/i.test(name) && originalSize < MAX_LABELS,
    });
    const [text] = Object.values(files);
    return (
      text &&
      new TextDecoder()
        .decode(text)
        .split(/\r?\n/)
        .filter((line) => line.trim() !== '')
    );
  } catch {
    // Most files have no archive.
    return undefined;
  }
}
