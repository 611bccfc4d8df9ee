import { UserError } from '../core/errors.ts';
import { decodeFlatbuffer } from './decode.ts';
import type { Decoded } from './flatbuffer.ts';
import {
  BUILTIN_OPERATOR,
  type Conv2DOptions,
  type DepthwiseConv2DOptions,
  FILE_IDENTIFIER,
  Model,
  SCHEMA_VERSION,
  type TENSOR_TYPE,
} from './schema.ts';

export interface TfliteTensor {
  readonly name: string;
  readonly type: keyof typeof TENSOR_TYPE;
  readonly shape: readonly number[];
  /** A view of the file: little-endian, last axis innermost; empty for what the network computes. */
  readonly data: Uint8Array;
  /** real = scale · (q − zeroPoint), with one of each or one for each index of `quantizedDimension`; empty if float. */
  readonly scale: readonly number[];
  readonly zeroPoint: readonly number[];
  readonly quantizedDimension: number;
}

export type ConvolutionOptions = Decoded<typeof Conv2DOptions> | Decoded<typeof DepthwiseConv2DOptions>;

export interface TfliteOperator {
  /** TensorFlow Lite's own name, for example CONV_2D; `operator 99` for one that {@link BUILTIN_OPERATOR} lacks. */
  readonly name: string;
  /** `null` is an optional input that is left out. */
  readonly inputs: readonly (TfliteTensor | null)[];
  readonly outputs: readonly (TfliteTensor | null)[];
  /** Of convolutions alone. */
  readonly options: ConvolutionOptions | undefined;
}

/** A network; its tensors are the same objects wherever they are referred to. */
export interface TfliteModel {
  readonly version: number;
  readonly description: string;
  readonly tensors: readonly TfliteTensor[];
  readonly inputs: readonly (TfliteTensor | null)[];
  readonly outputs: readonly (TfliteTensor | null)[];
  /** In the order of computation. */
  readonly operators: readonly TfliteOperator[];
}

const OPERATOR_NAMES = new Map<number, string>(Object.entries(BUILTIN_OPERATOR).map(([name, code]) => [code, name]));

/** Stands for an optional tensor that is left out. */
const ABSENT = -1;

/**
 * Reads a TensorFlow Lite file of schema version 3 with one subgraph.
 * @param file its name, for messages.
 * @throws UserError if it is something else, truncated or damaged.
 */
export function readTflite(bytes: Uint8Array, file: string): TfliteModel {
  checkIdentifier(bytes, file);
  const broken = (found: string) =>
    new UserError(`${file} is not a whole .tflite file: ${found}; copy or download it again`);
  const model = decodeFlatbuffer(bytes, Model, broken);
  if (model.version !== SCHEMA_VERSION || model.subgraphs.length !== 1) {
    throw new UserError(
      `${file} has schema version ${model.version} and ${model.subgraphs.length} subgraphs; ` +
        `expected version ${SCHEMA_VERSION} and one subgraph, as TensorFlow Lite's converter writes an image classifier`,
    );
  }
  const at = <T>(list: readonly T[], index: number, kind: string): T => {
    if (!(index in list)) throw broken(`it refers to ${kind} ${index}, but has ${list.length}`);
    return list[index];
  };

  const [graph] = model.subgraphs;
  const tensors = graph.tensors.map(({ name, type, shape, buffer, quantization }): TfliteTensor => {
    if (shape.some((side) => side < 0)) throw broken(`the tensor ${JSON.stringify(name)} has the shape [${shape}]`);
    const { scale = [], zeroPoint = [], quantizedDimension = 0 } = quantization ?? {};
    return { name, type, shape, data: at(model.buffers, buffer, 'buffer').data, scale, zeroPoint, quantizedDimension };
  });
  const resolve = (indices: readonly number[]) =>
    indices.map((index) => (index === ABSENT ? null : at(tensors, index, 'tensor')));
  const operators = graph.operators.map(({ opcodeIndex, inputs, outputs, options }): TfliteOperator => {
    const { deprecatedBuiltinCode, builtinCode } = at(model.operatorCodes, opcodeIndex, 'operator code');
    const code = Math.max(deprecatedBuiltinCode, builtinCode);
    return {
      name: OPERATOR_NAMES.get(code) ?? `operator ${code}`,
      inputs: resolve(inputs),
      outputs: resolve(outputs),
      options: options?.value,
    };
  });
  return {
    version: model.version,
    description: model.description,
    tensors,
    inputs: resolve(graph.inputs),
    outputs: resolve(graph.outputs),
    operators,
  };
}

function checkIdentifier(bytes: Uint8Array, file: string): void {
  const found = new TextDecoder('latin1').decode(bytes.subarray(4, 8));
  if (found === FILE_IDENTIFIER) return;
  throw new UserError(
    `${file} is not a .tflite file: its bytes 4 to 7 are ` +
      `${bytes.length < 8 ? `missing (it has ${bytes.length} bytes)` : JSON.stringify(found)}, ` +
      `expected ${JSON.stringify(FILE_IDENTIFIER)}; choose a TensorFlow Lite model`,
  );
}
