import { encodeFlatbuffer } from './encode.ts';
import type { TfliteModel, TfliteOperator, TfliteTensor } from './model.ts';
import { CUSTOM, FILE_IDENTIFIER, Model, OPERATOR_CODES, SCHEMA_VERSION } from './schema.ts';

/** Codes up to this one also go into the byte that old readers look at; greater ones leave this in its place. */
const MAX_OLD_CODE = 127;
const ABSENT = -1;

/**
 * Writes a network as a TensorFlow Lite file of schema version 3. Every constant has a buffer of its own, and the first
 * buffer is empty, as TensorFlow Lite wants it.
 * @throws RangeError if an operator has no name of TensorFlow Lite's, or a custom one none at all, or a tensor is not in the model's list.
 */
export function writeTflite(model: TfliteModel): Uint8Array {
  const buffers: { data: Uint8Array }[] = [{ data: new Uint8Array() }];
  const bufferOf = (data: Uint8Array) => (data.length === 0 ? 0 : buffers.push({ data }) - 1);
  const positions = new Map(model.tensors.map((tensor, i) => [tensor, i]));
  const indexOf = (tensor: TfliteTensor | null): number => {
    const index = tensor === null ? ABSENT : positions.get(tensor);
    if (index === undefined) throw new RangeError(`the tensor ${tensor?.name} is not in the model's list`);
    return index;
  };
  const codes = operatorCodes(model.operators);
  const tensors = model.tensors.map((tensor) => {
    const { name, type, shape, data, scale, zeroPoint, quantizedDimension, shapeSignature = [] } = tensor;
    const quantization = scale.length > 0 ? { scale, zeroPoint, quantizedDimension } : undefined;
    return { name, type, shape, buffer: bufferOf(data), quantization, shapeSignature };
  });
  const named = (list: readonly { name: string; tensor: TfliteTensor }[]) =>
    list.map(({ name, tensor }) => ({ name, tensor: indexOf(tensor) }));
  return encodeFlatbuffer(
    Model,
    {
      version: SCHEMA_VERSION,
      operatorCodes: [...codes.values()].map(({ code, custom, version }) => ({
        deprecatedBuiltinCode: Math.min(code, MAX_OLD_CODE),
        customCode: custom,
        version,
        builtinCode: code,
      })),
      subgraphs: [
        {
          tensors,
          inputs: model.inputs.map(indexOf),
          outputs: model.outputs.map(indexOf),
          operators: model.operators.map((operator) => ({
            opcodeIndex: [...codes.keys()].indexOf(keyOf(operator)),
            inputs: operator.inputs.map(indexOf),
            outputs: operator.outputs.map(indexOf),
            options: operator.options,
          })),
          name: 'main',
        },
      ],
      description: model.description,
      metadata: model.metadata.map(({ name, data }) => ({ name, buffer: bufferOf(data) })),
      signatures: model.signatures.map(({ key, inputs, outputs }) => ({
        key,
        inputs: named(inputs),
        outputs: named(outputs),
      })),
      buffers,
    },
    FILE_IDENTIFIER,
  );
}

const keyOf = ({ name, custom = '', version }: TfliteOperator) => `${name} ${custom} ${version}`;

/** Each kind of operator once, in the order of their first use. */
function operatorCodes(operators: readonly TfliteOperator[]) {
  const codes = new Map<string, { code: number; custom: string; version: number }>();
  for (const operator of operators) {
    const { name, custom = '', version } = operator;
    const code = OPERATOR_CODES.get(name);
    if (code === undefined || (name === CUSTOM && custom === '')) {
      throw new RangeError(`${name} is not an operator that can be written`);
    }
    codes.set(keyOf(operator), { code, custom, version });
  }
  return codes;
}
