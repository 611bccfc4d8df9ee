import protobuf from 'protobufjs';
import { messageOf, UserError } from '../../../ml/core/errors.ts';
import { readBytes } from '../../../ml/core/files.ts';

const single = (type: string, id: number) => ({ type, id });
const repeated = (type: string, id: number) => ({ rule: 'repeated' as const, type, id });

/** The messages of TensorFlow's GraphDef (graph.proto) that frozen convolutional networks need. */
const GraphDef = protobuf.Root.fromJSON({
  nested: {
    GraphDef: { fields: { node: repeated('NodeDef', 1) } },
    NodeDef: {
      fields: {
        name: single('string', 1),
        op: single('string', 2),
        input: repeated('string', 3),
        attr: { keyType: 'string', type: 'AttrValue', id: 5 } as never,
      },
    },
    AttrValue: { fields: { i: single('int64', 3), tensor: single('TensorProto', 8) } },
    TensorProto: {
      fields: {
        dtype: single('int32', 1),
        tensorShape: single('TensorShapeProto', 2),
        tensorContent: single('bytes', 4),
        floatVal: repeated('float', 5),
      },
    },
    TensorShapeProto: { fields: { dim: repeated('Dim', 2) } },
    Dim: { fields: { size: single('int64', 1) } },
  },
}).lookupType('GraphDef');

/** TensorFlow's code of 32-bit floats. */
const FLOAT = 1;

interface Message {
  readonly node: readonly {
    readonly name: string;
    readonly op: string;
    readonly input: readonly string[];
    readonly attr: Readonly<Record<string, { i?: number; tensor?: TensorMessage }>>;
  }[];
}
interface TensorMessage {
  readonly dtype: number;
  readonly tensorShape?: { readonly dim: readonly { readonly size: number }[] };
  readonly tensorContent?: Uint8Array;
  readonly floatVal: readonly number[];
}

/** One operation of a frozen graph. */
export interface TensorFlowNode {
  readonly name: string;
  readonly op: string;
  readonly inputs: readonly string[];
  /** Of a DepthToSpace. */
  readonly blockSize?: number;
  /** Of a Const of floats. */
  readonly constant?: { readonly shape: readonly number[]; readonly values: Float32Array };
}

/**
 * Reads a frozen TensorFlow graph.
 * @throws UserError if it is none.
 */
export async function readGraphDef(path: string): Promise<TensorFlowNode[]> {
  const bytes = await readBytes(path);
  try {
    const { node } = GraphDef.toObject(GraphDef.decode(bytes), {
      longs: Number,
      arrays: true,
      objects: true,
    }) as Message;
    return node.map(({ name, op, input, attr }) => ({
      name,
      op,
      inputs: input,
      blockSize: attr['block_size']?.i,
      ...(op === 'Const' && attr['value']?.tensor ? { constant: floatsOf(attr['value'].tensor) } : {}),
    }));
  } catch (thrown) {
    throw new UserError(`${path} is not a frozen TensorFlow graph: ${messageOf(thrown)}`, { cause: thrown });
  }
}

function floatsOf({ dtype, tensorShape, tensorContent, floatVal }: TensorMessage): TensorFlowNode['constant'] {
  if (dtype !== FLOAT) return undefined;
  const shape = tensorShape?.dim.map(({ size }) => size) ?? [];
  const values = tensorContent?.length ? new Float32Array(tensorContent.slice().buffer) : Float32Array.from(floatVal);
  return { shape, values };
}
