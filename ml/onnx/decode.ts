import { messageOf, UserError } from '../core/errors.ts';
import { refuseOtherFormats } from '../core/other-formats.ts';
import { checkBounds } from './bounds.ts';
import {
  type AttributeValue,
  DATA_TYPE,
  type OnnxGraph,
  type OnnxModel,
  type OnnxTensor,
  type OnnxValueInfo,
} from './model.ts';
import { ModelProto } from './schema.ts';

/** Messages as protobufjs gives them, every field present. */
interface TensorMessage {
  name: string;
  dims: number[];
  dataType: number;
  rawData: Uint8Array;
  floatData: number[];
  int32Data: number[];
  int64Data: number[];
  doubleData: number[];
  uint64Data: number[];
  externalData: { key: string; value: string }[];
  dataLocation: number;
}
interface AttributeMessage {
  name: string;
  type: number;
  f: number;
  i: number;
  s: Uint8Array;
  t: TensorMessage | null;
  g: GraphMessage | null;
  floats: number[];
  ints: number[];
  strings: Uint8Array[];
}
interface ValueInfoMessage {
  name: string;
  type: {
    tensorType: { elemType: number; shape: { dim: { dimValue?: number; dimParam?: string }[] } | null } | null;
  } | null;
}
interface GraphMessage {
  name: string;
  node: {
    opType: string;
    name: string;
    domain: string;
    input: string[];
    output: string[];
    attribute: AttributeMessage[];
  }[];
  initializer: TensorMessage[];
  input: ValueInfoMessage[];
  output: ValueInfoMessage[];
  valueInfo: ValueInfoMessage[];
}
interface ModelMessage {
  irVersion: number;
  producerName: string;
  producerVersion: string;
  opsetImport: { domain: string; version: number }[];
  metadataProps: { key: string; value: string }[];
  graph: GraphMessage | null;
}

/** How to fix a model whose weights lie in another file. */
export const ONE_FILE =
  'save the model as one file, in Python by onnx.save(onnx.load("model.onnx"), "one.onnx"), or export it with external_data=False';

/** ONNX's code for tensors that lie in another file. */
const EXTERNAL = 1;
/** Size of an element, where it is a whole number of bytes. */
const ELEMENT_BYTES: Readonly<Record<number, number>> = {
  [DATA_TYPE.float]: 4,
  [DATA_TYPE.uint8]: 1,
  [DATA_TYPE.int8]: 1,
  [DATA_TYPE.uint16]: 2,
  [DATA_TYPE.int16]: 2,
  [DATA_TYPE.int32]: 4,
  [DATA_TYPE.int64]: 8,
  [DATA_TYPE.bool]: 1,
  [DATA_TYPE.float16]: 2,
  [DATA_TYPE.double]: 8,
  [DATA_TYPE.uint32]: 4,
  [DATA_TYPE.uint64]: 8,
  [DATA_TYPE.bfloat16]: 2,
};
const utf8 = new TextDecoder();

/** How to read a file. */
interface DecodeOptions {
  /** Takes tensors that lie in another file, without their numbers. That file is never read. */
  readonly external?: boolean;
}

/**
 * Reads an ONNX file, in memory that is in proportion to its size. Numbers beyond the safe range of JavaScript become its
 * ends, and tensors of strings are empty.
 * @param file its name, for messages.
 * @throws UserError if it is truncated, no ONNX file, has more parts than any network, holds tensors of the wrong length,
 * or keeps its weights in another file.
 */
export function decodeModel(bytes: Uint8Array, file: string, { external = false }: DecodeOptions = {}): OnnxModel {
  refuseOtherFormats(bytes, file);
  let message: ModelMessage;
  try {
    checkBounds(bytes);
    message = ModelProto.toObject(ModelProto.decode(bytes), {
      longs: Number,
      defaults: true,
      arrays: true,
      objects: true,
    }) as ModelMessage;
  } catch (thrown) {
    throw new UserError(`${file} is not a complete ONNX file: ${messageOf(thrown)}; export or download it again`, {
      cause: thrown,
    });
  }
  const { graph, opsetImport } = message;
  const missing = !graph
    ? 'graph'
    : graph.node.length === 0
      ? 'operators'
      : opsetImport.length === 0
        ? 'operator set'
        : null;
  if (!graph || missing) {
    throw new UserError(`${file} is not an ONNX file: it has no ${missing}; export or download it again`);
  }
  return {
    irVersion: message.irVersion,
    producerName: message.producerName,
    producerVersion: message.producerVersion,
    opsets: opsetImport.map(({ domain, version }) => ({ domain, version })),
    metadata: Object.fromEntries(message.metadataProps.map(({ key, value }) => [key, value])),
    graph: graphFrom(graph, { file, external }),
  };
}

/** The file's name, for messages, and whether tensors may lie in another. */
type Source = { readonly file: string } & Required<DecodeOptions>;

function graphFrom(graph: GraphMessage, source: Source): OnnxGraph {
  return {
    name: graph.name,
    nodes: graph.node.map((node) => ({
      opType: node.opType,
      name: node.name,
      domain: node.domain,
      inputs: node.input,
      outputs: node.output,
      attributes: Object.fromEntries(
        node.attribute.map((attribute) => [attribute.name, attributeFrom(attribute, source)]),
      ),
    })),
    initializers: graph.initializer.map((tensor) => tensorFrom(tensor, source)),
    inputs: graph.input.map(valueInfoFrom),
    outputs: graph.output.map(valueInfoFrom),
    valueInfo: graph.valueInfo.map(valueInfoFrom),
  };
}

/** Size of the numbers of a tensor that lies in another file, by its shape; 0 of any other. */
export function externalBytes({ external, dims, dataType }: OnnxTensor): number {
  return external === undefined ? 0 : dims.reduce((product, side) => product * side, ELEMENT_BYTES[dataType] ?? 1);
}

function attributeFrom(attribute: AttributeMessage, source: Source): AttributeValue {
  switch (attribute.type) {
    case 1:
      return { float: attribute.f };
    case 2:
      return { int: safe(attribute.i) };
    case 3:
      return { string: utf8.decode(attribute.s) };
    case 4:
      if (attribute.t) return { tensor: tensorFrom(attribute.t, source) };
      break;
    case 5:
      if (attribute.g) return { graph: graphFrom(attribute.g, source) };
      break;
    case 6:
      return { floats: attribute.floats };
    case 7:
      return { ints: attribute.ints.map(safe) };
    case 8:
      return { strings: attribute.strings.map((text) => utf8.decode(text)) };
  }
  throw new UserError(
    `${source.file}: attribute ${attribute.name} is of kind ${attribute.type}, which is not supported`,
  );
}

function tensorFrom(tensor: TensorMessage, { file, external }: Source): OnnxTensor {
  const { name, dims, dataType } = tensor;
  if (tensor.dataLocation === EXTERNAL) {
    if (!external) throw new UserError(`${file}: ${name} lies in another file; ${ONE_FILE}`);
    const entry = (name: string) => tensor.externalData.find(({ key }) => key === name)?.value;
    const place = { location: entry('location') ?? '', offset: Number(entry('offset') ?? 0) };
    return { name, dims, dataType, raw: new Uint8Array(), external: place };
  }
  const raw = rawNumbers(tensor);
  const expected = dims.reduce((product, side) => product * side, ELEMENT_BYTES[dataType]);
  if (dataType in ELEMENT_BYTES && raw.length !== expected) {
    throw new UserError(
      `${file}: ${name || 'a constant'} has ${raw.length} bytes, but its shape [${dims}] needs ${expected}; export or download it again`,
    );
  }
  return { name, dims, dataType, raw };
}

/**
 * Exporters write the largest int64 for "to the end". As a JavaScript number it would round up to one that no int64
 * holds, and be written as the smallest one.
 */
function safe(value: number): number {
  return Math.min(Math.max(value, Number.MIN_SAFE_INTEGER), Number.MAX_SAFE_INTEGER);
}

/** The numbers as little-endian bytes, whichever field the writer put them in. */
function rawNumbers({ rawData, dataType, ...typed }: TensorMessage): Uint8Array {
  // A plain array, since a Buffer's slice() does not copy.
  if (rawData.length > 0) return new Uint8Array(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  const bytesOf = (array: { buffer: ArrayBufferLike }) => new Uint8Array(array.buffer);
  if (typed.floatData.length > 0) return bytesOf(Float32Array.from(typed.floatData));
  if (typed.doubleData.length > 0) return bytesOf(Float64Array.from(typed.doubleData));
  if (typed.int64Data.length > 0) return bytesOf(BigInt64Array.from(typed.int64Data.map(safe), BigInt));
  // uint64_data also holds uint32, and int32_data the narrower kinds: one number in each entry.
  const unsigned = typed.uint64Data.map(safe);
  if (unsigned.length > 0) {
    return bytesOf(dataType === DATA_TYPE.uint64 ? BigUint64Array.from(unsigned, BigInt) : Uint32Array.from(unsigned));
  }
  const bytes = ELEMENT_BYTES[dataType];
  return bytesOf((bytes === 4 ? Int32Array : bytes === 2 ? Uint16Array : Uint8Array).from(typed.int32Data));
}

function valueInfoFrom({ name, type }: ValueInfoMessage): OnnxValueInfo {
  const tensor = type?.tensorType;
  const dimension = ({ dimValue, dimParam }: { dimValue?: number; dimParam?: string }) => dimParam || dimValue || null;
  return {
    name,
    elementType: tensor?.elemType ?? DATA_TYPE.undefined,
    shape: tensor?.shape ? tensor.shape.dim.map(dimension) : null,
  };
}
