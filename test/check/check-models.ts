import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkModel } from '../../ml/check/check-model.ts';
import {
  type AttributeValue,
  DATA_TYPE,
  encodeModel,
  type OnnxModel,
  type OnnxNode,
  type OnnxTensor,
} from '../../ml/onnx/model.ts';

/** Where the files of this test run lie. */
export const folder = mkdtempSync(join(tmpdir(), 'check-'));
let files = 0;

export function write(bytes: Uint8Array, ending = 'onnx'): string {
  files += 1;
  const path = join(folder, `model${files}.${ending}`);
  writeFileSync(path, bytes);
  return path;
}

export const floats = (name: string, dims: number[]): OnnxTensor => {
  const values = Float32Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, i) => (i % 7) / 10);
  return { name, dims, dataType: DATA_TYPE.float, raw: new Uint8Array(values.buffer) };
};
export const integers = (name: string, values: number[]): OnnxTensor => ({
  name,
  dims: [values.length],
  dataType: DATA_TYPE.int64,
  raw: new Uint8Array(BigInt64Array.from(values, BigInt).buffer),
});
export const scalar = (name: string, value: number): OnnxTensor => ({
  name,
  dims: [],
  dataType: DATA_TYPE.float,
  raw: new Uint8Array(Float32Array.of(value).buffer),
});
export const node = (
  opType: string,
  inputs: string[],
  output: string,
  attributes: Record<string, AttributeValue> = {},
): OnnxNode => ({
  opType,
  name: `the_${opType}_${output}`,
  domain: '',
  inputs,
  outputs: [output],
  attributes,
});

export interface Parts {
  nodes: OnnxNode[];
  initializers?: OnnxTensor[];
  inType?: number;
  inShape?: (number | string | null)[];
  outShape?: (number | string | null)[] | null;
  outName?: string;
  outType?: number;
  outputs?: string[];
  opset?: number;
}
/** A model from `image` [1, 4, 8, 8] to `y`. */
export function modelOf({
  nodes,
  initializers = [],
  inType = DATA_TYPE.float,
  inShape = [1, 4, 8, 8],
  outShape = [1, 4, 8, 8],
  outName = 'y',
  outType = DATA_TYPE.float,
  outputs = [outName],
  opset = 11,
}: Parts): OnnxModel {
  return {
    irVersion: 6,
    producerName: 'test',
    producerVersion: '',
    opsets: [{ domain: '', version: opset }],
    metadata: {},
    graph: {
      name: 'g',
      nodes,
      initializers,
      inputs: [{ name: 'image', elementType: inType, shape: inShape }],
      outputs: outputs.map((name) => ({ name, elementType: outType, shape: outShape })),
      valueInfo: [],
    },
  };
}
export const check = (parts: Parts) => checkModel(write(encodeModel(modelOf(parts))));
