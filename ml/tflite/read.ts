import { UserError } from '../core/errors.ts';
import { refuseOtherFormats } from '../core/other-formats.ts';
import { decodeFlatbuffer } from './decode.ts';
import type { TfliteModel, TfliteOperator, TfliteTensor } from './model.ts';
import { CUSTOM, FILE_IDENTIFIER, Model, OPERATOR_NAMES, SCHEMA_VERSION } from './schema.ts';

/** Stands for an optional tensor that is left out. */
const ABSENT = -1;

/**
 * Reads a TensorFlow Lite file of schema version 3 with one subgraph.
 * @param file its name, for messages.
 * @throws UserError if it is something else, truncated or damaged.
 */
export function readTflite(bytes: Uint8Array, file: string): TfliteModel {
  refuseOtherFormats(bytes, file);
  checkIdentifier(bytes, file);
  const broken = (found: string) =>
    new UserError(`${file} is not a complete .tflite file: ${found}; copy or download it again`);
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
  const tensors = graph.tensors.map(({ name, type, shape, buffer, quantization, shapeSignature }): TfliteTensor => {
    if (shape.some((side) => side < 0)) throw broken(`the tensor ${JSON.stringify(name)} has the shape [${shape}]`);
    const { scale = [], zeroPoint = [], quantizedDimension = 0 } = quantization ?? {};
    const { data } = at(model.buffers, buffer, 'buffer');
    const tensor = { name, type, shape, data, scale, zeroPoint, quantizedDimension };
    return shapeSignature.some((side) => side < 0) ? { ...tensor, shapeSignature } : tensor;
  });
  const resolve = (indices: readonly number[]) =>
    indices.map((index) => (index === ABSENT ? null : at(tensors, index, 'tensor')));
  const operators = graph.operators.map(({ opcodeIndex, inputs, outputs, options }): TfliteOperator => {
    const { deprecatedBuiltinCode, builtinCode, customCode, version } = at(
      model.operatorCodes,
      opcodeIndex,
      'operator code',
    );
    const code = Math.max(deprecatedBuiltinCode, builtinCode);
    const name = OPERATOR_NAMES[code] ?? `operator ${code}`;
    return {
      name,
      ...(name === CUSTOM && { custom: customCode }),
      version,
      inputs: resolve(inputs),
      outputs: resolve(outputs),
      options,
    };
  });
  const named = (list: readonly { name: string; tensor: number }[]) =>
    list.map(({ name, tensor }) => ({ name, tensor: at(tensors, tensor, 'tensor') }));
  return {
    version: model.version,
    description: model.description,
    tensors,
    inputs: resolve(graph.inputs),
    outputs: resolve(graph.outputs),
    operators,
    metadata: model.metadata.map(({ name, buffer }) => ({ name, data: at(model.buffers, buffer, 'buffer').data })),
    signatures: model.signatures.map(({ key, inputs, outputs }) => ({
      key,
      inputs: named(inputs),
      outputs: named(outputs),
    })),
  };
}

/** The four bytes that name the format. */
const identifierOf = (bytes: Uint8Array) => new TextDecoder('latin1').decode(bytes.subarray(4, 8));

/** Whether a file says that it is TensorFlow Lite's. */
export const isTflite = (bytes: Uint8Array) => identifierOf(bytes) === FILE_IDENTIFIER;

function checkIdentifier(bytes: Uint8Array, file: string): void {
  if (isTflite(bytes)) return;
  const found = bytes.length < 8 ? `missing (it has ${bytes.length} bytes)` : JSON.stringify(identifierOf(bytes));
  throw new UserError(
    `${file} is not a .tflite file: its bytes 4 to 7 are ${found}, ` +
      `expected ${JSON.stringify(FILE_IDENTIFIER)}; choose a TensorFlow Lite model`,
  );
}
