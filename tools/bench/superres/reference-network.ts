import { greyOfLuma, lumaOfGrey } from '../../../ml/core/bt601.ts';
import { UserError } from '../../../ml/core/errors.ts';
import { samePadding } from '../../../ml/nn/architecture.ts';
import { Graph, type Tensor } from '../../../ml/nn/graph.ts';
import { abs, add, mul, sub } from '../../../ml/nn/ops.ts';
import { openOnnx } from '../../../ml/runtime/onnx-session.ts';
import type { LumaUpscaler } from '../../../ml/superres/evaluate.ts';
import type { Plane } from '../../../ml/superres/plane.ts';
import { readGraphDef, type TensorFlowNode } from './graph-def.ts';

const OPSET = 17;

/**
 * A published network on the luma (FSRCNN, ESPCN, LapSRN) from its frozen TensorFlow graph, run by ONNX Runtime.
 * @param output name of its result, [N, 1, scale·H, scale·W].
 * @throws UserError if the graph has an operation that these networks do not have.
 */
export async function openReference(path: string, scale: number, output: string): Promise<LumaUpscaler> {
  const bytes = translate(await readGraphDef(path), output, path);
  const session = await openOnnx(bytes, path);
  return {
    scale,
    async luma({ width, height, values }: Plane): Promise<Plane> {
      // They were trained on OpenCV's luma, whose black is 0 and white 255.
      const grey = values.map((value) => greyOfLuma(value) / 255);
      const [result] = await session.run([{ shape: [1, 1, height, width], values: grey }]);
      const large = result.map((value) => lumaOfGrey(255 * value));
      return { width: scale * width, height: scale * height, values: large };
    },
  };
}

/** The graph as ONNX. Maps are [N, C, H, W], so the transposition at its end is left out. */
function translate(nodes: readonly TensorFlowNode[], output: string, path: string): Uint8Array {
  const graph = new Graph();
  const tensors = new Map<string, Tensor>();
  for (const node of nodes) {
    const inputs = node.inputs.flatMap((name) => tensors.get(name) ?? []);
    const result = translateNode(graph, node, inputs, path);
    if (result) tensors.set(node.name, result);
  }
  const result = tensors.get(output);
  if (!result) throw new UserError(`${path} has no output ${output}`);
  graph.output('result', result, ['N', 1, 'height', 'width']);
  return graph.encode(OPSET);
}

function translateNode(graph: Graph, node: TensorFlowNode, [a, b]: Tensor[], path: string): Tensor | undefined {
  switch (node.op) {
    case 'Const':
      return node.constant && constantOf(graph, node.constant);
    case 'Placeholder':
      return graph.input('image', [1, 1, 8, 8], ['N', 1, 'H', 'W']);
    case 'Conv2D': {
      const [batch, , height, width] = a.shape;
      const { begin, end } = samePadding(height, b.shape[2], 1);
      const sides = samePadding(width, b.shape[3], 1);
      return graph.node('Conv', [a, b], [batch, b.shape[0], height, width], {
        attributes: { pads: { ints: [begin, sides.begin, end, sides.end] } },
      });
    }
    case 'DepthToSpace': {
      const r = node.blockSize ?? 1;
      const [batch, channels, height, width] = a.shape;
      return graph.node('DepthToSpace', [a], [batch, channels / r ** 2, r * height, r * width], {
        attributes: { blocksize: { int: r } },
      });
    }
    case 'Add':
    case 'BiasAdd':
      return add(a, b);
    case 'Sub':
      return sub(a, b);
    case 'Mul':
      return mul(a, b);
    case 'Abs':
      return abs(a);
    case 'Relu':
    case 'Tanh':
      return graph.node(node.op, [a], a.shape);
    case 'Transpose':
      return a;
    default:
      throw new UserError(`${path}: the operation ${node.op} is not known`);
  }
}

/** Kernels from TensorFlow's [H, W, I, O] to [O, I, H, W], vectors to one number for each channel. */
function constantOf(graph: Graph, { shape, values }: { shape: readonly number[]; values: Float32Array }): Tensor {
  if (shape.length !== 4) return graph.constant(values, shape.length === 1 ? [1, shape[0], 1, 1] : []);
  const [height, width, inputs, outputs] = shape;
  const area = height * width;
  const moved = new Float32Array(values.length);
  for (let k = 0; k < area; k++)
    for (let i = 0; i < inputs; i++)
      for (let o = 0; o < outputs; o++) moved[(o * inputs + i) * area + k] = values[(k * inputs + i) * outputs + o];
  return graph.constant(moved, [outputs, inputs, height, width]);
}
