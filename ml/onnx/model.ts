import { ModelProto } from './schema.ts';

/** ONNX's codes of element types. */
export const DATA_TYPE = {
  undefined: 0,
  float: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  double: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
} as const;

/** Name of an element type, for messages. */
export function typeName(code: number): string {
  if (code === DATA_TYPE.float) return 'float32';
  const known = Object.entries(DATA_TYPE).find(([, value]) => value === code);
  return known?.[0] ?? `ONNX type ${code}`;
}

export interface OnnxTensor {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dataType: number;
  /** Little-endian numbers. */
  readonly raw: Uint8Array;
  /** Where the numbers lie, if not in this file; `raw` is empty then. */
  readonly external?: ExternalData;
}

/** A part of another file. */
export interface ExternalData {
  /** Its name as this file states it, never to be used as a path. */
  readonly location: string;
  readonly offset: number;
}

/** An attribute's value, tagged with its kind, since ONNX distinguishes 3 from 3.0. */
export type AttributeValue =
  | { readonly int: number }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly ints: readonly number[] }
  | { readonly floats: readonly number[] }
  | { readonly strings: readonly string[] }
  | { readonly tensor: OnnxTensor }
  | { readonly graph: OnnxGraph };

export interface OnnxNode {
  readonly opType: string;
  readonly name: string;
  /** Empty for the standard operators. */
  readonly domain: string;
  /** An empty name stands for an optional input that is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, AttributeValue>>;
}

export interface OnnxValueInfo {
  readonly name: string;
  /** `DATA_TYPE.undefined` leaves type and shape to the reader to infer. */
  readonly elementType: number;
  /** A string is a symbolic size, null an unknown one; null as a whole where no shape is given. */
  readonly shape: readonly (number | string | null)[] | null;
}

export interface OnnxGraph {
  readonly name: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
  readonly valueInfo: readonly OnnxValueInfo[];
}

export interface OnnxModel {
  readonly irVersion: number;
  readonly producerName: string;
  readonly producerVersion: string;
  readonly opsets: readonly { readonly domain: string; readonly version: number }[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly graph: OnnxGraph;
}

const utf8 = new TextEncoder();

/** The bytes of an ONNX file. */
export function encodeModel(model: OnnxModel): Uint8Array {
  return ModelProto.encode({
    irVersion: model.irVersion,
    producerName: model.producerName,
    producerVersion: model.producerVersion,
    opsetImport: model.opsets,
    metadataProps: Object.entries(model.metadata).map(([key, value]) => ({ key, value })),
    graph: graphToProto(model.graph),
  }).finish();
}

function graphToProto(graph: OnnxGraph): object {
  return {
    name: graph.name,
    node: graph.nodes.map((node) => ({
      opType: node.opType,
      name: node.name,
      domain: node.domain,
      input: node.inputs,
      output: node.outputs,
      attribute: Object.entries(node.attributes).map(([name, value]) => ({ name, ...attributeToProto(value) })),
    })),
    initializer: graph.initializers.map(tensorToProto),
    input: graph.inputs.map(valueInfoToProto),
    output: graph.outputs.map(valueInfoToProto),
    valueInfo: graph.valueInfo.map(valueInfoToProto),
  };
}

function tensorToProto(tensor: OnnxTensor): object {
  return { name: tensor.name, dims: tensor.dims, dataType: tensor.dataType, rawData: tensor.raw };
}

function valueInfoToProto({ name, elementType, shape }: OnnxValueInfo): object {
  const dimension = (side: number | string | null) =>
    typeof side === 'number' ? { dimValue: side } : typeof side === 'string' ? { dimParam: side } : {};
  if (elementType === DATA_TYPE.undefined) return { name };
  return {
    name,
    type: { tensorType: { elemType: elementType, ...(shape ? { shape: { dim: shape.map(dimension) } } : {}) } },
  };
}

function attributeToProto(value: AttributeValue): object {
  if ('float' in value) return { type: 1, f: value.float };
  if ('int' in value) return { type: 2, i: value.int };
  if ('string' in value) return { type: 3, s: utf8.encode(value.string) };
  if ('tensor' in value) return { type: 4, t: tensorToProto(value.tensor) };
  if ('graph' in value) return { type: 5, g: graphToProto(value.graph) };
  if ('floats' in value) return { type: 6, floats: value.floats };
  if ('ints' in value) return { type: 7, ints: value.ints };
  return { type: 8, strings: value.strings.map((text) => utf8.encode(text)) };
}
