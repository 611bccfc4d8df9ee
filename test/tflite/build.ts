import { Builder } from 'flatbuffers';

export interface TensorSpec {
  readonly name: string;
  readonly shape: readonly number[];
  /** Code of the type: 0 FLOAT32, 2 INT32, 3 UINT8, 9 INT8. */
  readonly type: number;
  readonly data?: Uint8Array;
  readonly scale?: readonly number[];
  readonly zeroPoint?: readonly number[];
  readonly axis?: number;
}

export interface ConvolutionSpec {
  readonly stride: number;
  readonly dilation?: number;
  /** 0 SAME, 1 VALID. */
  readonly padding?: number;
}

export interface OperatorSpec {
  /** Code of the operator: 0 ADD, 1 AVERAGE_POOL_2D, 3 CONV_2D, 4 DEPTHWISE_CONV_2D. */
  readonly code: number;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly convolution?: ConvolutionSpec;
}

export interface ModelSpec {
  readonly version?: number;
  readonly subgraphs?: number;
  readonly tensors: readonly TensorSpec[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly operators: readonly OperatorSpec[];
}

type Scalar = 'Int8' | 'Int32' | 'Float32';

/** Writes a `.tflite` file field by field, with the ids of the public schema spelt out: the reader's are not used. */
export function buildTflite(model: ModelSpec): Uint8Array {
  const builder = new Builder(1024);
  const offsets = (items: number[]) => vector(builder, 4, items, (item) => builder.addOffset(item));
  const ints = (items: readonly number[]) => vector(builder, 4, items, (item) => builder.addInt32(item));
  const scalar = (kind: Scalar, id: number, value: number) => builder[`addField${kind}`](id, value, null);
  const offset = (id: number, value: number | undefined) => value !== undefined && builder.addFieldOffset(id, value, 0);

  const noData = object(builder, 1, () => {});
  const bufferTables = [noData];
  const tensors = model.tensors.map(({ name, shape, type, data, scale, zeroPoint, axis }) => {
    if (data) {
      const bytes = builder.createByteVector(data);
      bufferTables.push(object(builder, 1, () => offset(0, bytes)));
    }
    const buffer = data ? bufferTables.length - 1 : 0;
    const scales = scale && vector(builder, 4, scale, (item) => builder.addFloat32(item));
    const zeros = zeroPoint && vector(builder, 8, zeroPoint, (item) => builder.addInt64(BigInt(item)));
    const quantization = object(builder, 7, () => {
      offset(2, scales);
      offset(3, zeros);
      if (axis !== undefined) scalar('Int32', 6, axis);
    });
    const shapeAt = ints(shape);
    const nameAt = builder.createString(name);
    return object(builder, 8, () => {
      offset(0, shapeAt);
      scalar('Int8', 1, type);
      scalar('Int32', 2, buffer);
      offset(3, nameAt);
      if (scale) offset(4, quantization);
    });
  });

  const codes = [...new Set(model.operators.map(({ code }) => code))];
  const operators = model.operators.map(({ code, inputs, outputs, convolution }) => {
    const depthwise = code === 4;
    const options =
      convolution &&
      object(builder, 7, () => {
        const { stride, dilation, padding = 0 } = convolution;
        scalar('Int8', 0, padding);
        scalar('Int32', 1, stride);
        scalar('Int32', 2, stride);
        if (depthwise) scalar('Int32', 3, 1);
        if (dilation) for (const id of depthwise ? [5, 6] : [4, 5]) scalar('Int32', id, dilation);
      });
    const inputsAt = ints(inputs);
    const outputsAt = ints(outputs);
    return object(builder, 9, () => {
      scalar('Int32', 0, codes.indexOf(code));
      offset(1, inputsAt);
      offset(2, outputsAt);
      if (options) scalar('Int8', 3, depthwise ? 2 : 1);
      offset(4, options);
    });
  });
  // Codes above 127 do not fit into the first field, older writers know no other.
  const codeTables = codes.map((code) =>
    object(builder, 4, () => scalar(code > 127 ? 'Int32' : 'Int8', code > 127 ? 3 : 0, code)),
  );

  const graphFields = [offsets(tensors), ints(model.inputs), ints(model.outputs), offsets(operators)];
  const graph = object(builder, 5, () => {
    for (const [id, at] of graphFields.entries()) offset(id, at);
  });
  const codesAt = offsets(codeTables);
  const graphs = offsets(new Array(model.subgraphs ?? 1).fill(graph));
  const buffers = offsets(bufferTables);
  const description = builder.createString('built by hand');
  const root = object(builder, 8, () => {
    scalar('Int32', 0, model.version ?? 3);
    offset(1, codesAt);
    offset(2, graphs);
    offset(3, description);
    offset(4, buffers);
  });
  builder.finish(root, 'TFL3');
  return builder.asUint8Array();
}

function object(builder: Builder, fields: number, fill: () => void): number {
  builder.startObject(fields);
  fill();
  return builder.endObject();
}

/** FlatBuffers are written from the end, so the last item comes first. */
function vector(builder: Builder, size: number, items: readonly number[], add: (item: number) => void): number {
  builder.startVector(size, items.length, size);
  for (const item of items.toReversed()) add(item);
  return builder.endVector();
}

/** A network of one convolution, 2 channels to 3: per-channel int8 kernel, int32 bias. */
export const ONE_CONVOLUTION: ModelSpec = {
  inputs: [0],
  outputs: [3],
  tensors: [
    { name: 'image', shape: [1, 4, 4, 2], type: 3, scale: [0.5], zeroPoint: [128] },
    {
      name: 'kernel',
      shape: [3, 1, 1, 2],
      type: 9,
      data: Uint8Array.from([0, 1, 127, 128, 255, 2]),
      scale: [0.5, 0.25, 2],
      zeroPoint: [0, 1, -1],
      axis: 0,
    },
    {
      name: 'bias',
      shape: [3],
      type: 2,
      data: Uint8Array.from([1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff, 0, 1, 0, 0]),
      scale: [0.25],
      zeroPoint: [0],
    },
    { name: 'features', shape: [1, 2, 2, 3], type: 3, scale: [0.125], zeroPoint: [0] },
  ],
  operators: [{ code: 3, inputs: [0, 1, 2], outputs: [3], convolution: { stride: 2, padding: 1 } }],
};
