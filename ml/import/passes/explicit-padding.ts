import type { OnnxModel, OnnxNode } from '../../onnx/model.ts';
import { inferShapes } from '../../onnx/shapes/infer.ts';
import { isFixed } from '../../onnx/shapes/known.ts';
import { ints, text } from '../../onnx/values.ts';
import { Edit, nodeOf } from './edit.ts';

/** Operators with a window that may reach over the edge. */
const WINDOWS: readonly string[] = ['Conv', 'MaxPool', 'AveragePool'];
/** Operators that give nothing below 0, so that zeros at the edge never are a maximum. */
const NOT_NEGATIVE: readonly string[] = ['Relu', 'Sigmoid', 'Abs', 'Exp', 'Softmax'];

/**
 * States the padding of each window in numbers, as TensorFlow's SAME puts it: one more at the end where it is uneven, for which
 * a Pad comes first, since SnapML's documentation has only even ones. Pools with uneven padding keep it where zeros would
 * change their answer.
 */
export function explicitPadding(model: OnnxModel): OnnxModel {
  const edit = new Edit(model);
  const known = inferShapes(model);
  const sidesOf = (name: string) => {
    const shape = known.get(name)?.shape ?? null;
    return isFixed(shape) && shape.length === 4 ? shape.slice(2) : undefined;
  };
  const nodes = model.graph.nodes.flatMap((node): readonly OnnxNode[] => {
    if (!WINDOWS.includes(node.opType) || node.domain !== '') return [node];
    const from = sidesOf(node.inputs[0]);
    const kernel = ints({ node }, 'kernel_shape') ?? sidesOf(node.inputs[1] ?? '');
    if (!from || kernel?.length !== 2) return [node];
    const pads = padsOf(node, from, kernel);
    const { auto_pad: _, ...attributes } = node.attributes;
    const stated = { ...node, attributes: { ...attributes, pads: { ints: pads } } };
    const [top, left, bottom, right] = pads;
    if (top === bottom && left === right) return [stated];
    const producer = edit.producer(node.inputs[0])?.opType ?? '';
    const isExact = node.opType === 'Conv' || (node.opType === 'MaxPool' && NOT_NEGATIVE.includes(producer));
    if (!isExact) return [stated];
    const padded = edit.fresh('Pad');
    const amounts = edit.addIntegers([0, 0, top, left, 0, 0, bottom, right]);
    return [
      nodeOf('Pad', [node.inputs[0], amounts], padded, { mode: { string: 'constant' } }),
      {
        ...stated,
        inputs: [padded, ...node.inputs.slice(1)],
        attributes: { ...attributes, pads: { ints: [0, 0, 0, 0] } },
      },
    ];
  });
  return edit.finish(nodes);
}

/** Zeros before and after each axis: those of the top and the left, then those of the bottom and the right. */
function padsOf(node: OnnxNode, from: readonly number[], kernel: readonly number[]): readonly number[] {
  const mode = text({ node }, 'auto_pad', 'NOTSET');
  if (!mode.startsWith('SAME')) return mode === 'VALID' ? [0, 0, 0, 0] : (ints({ node }, 'pads') ?? [0, 0, 0, 0]);
  const strides = ints({ node }, 'strides') ?? [1, 1];
  const dilations = ints({ node }, 'dilations') ?? [1, 1];
  const totals = from.map((side, axis) => {
    const reach = dilations[axis] * (kernel[axis] - 1) + 1;
    return Math.max(0, (Math.ceil(side / strides[axis]) - 1) * strides[axis] + reach - side);
  });
  const less = totals.map((total) => Math.floor(total / 2));
  const more = totals.map((total, axis) => total - less[axis]);
  return mode === 'SAME_UPPER' ? [...less, ...more] : [...more, ...less];
}
