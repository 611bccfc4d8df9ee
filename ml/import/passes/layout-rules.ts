import { sizeOf } from '../../nn/graph.ts';
import type { OnnxNode } from '../../onnx/model.ts';
import { fixedValues, knownOf } from '../../onnx/shapes/known.ts';
import { float, int, ints } from '../../onnx/values.ts';
import type { LayoutWriter } from './layout-writer.ts';
import {
  CHANNELS_FIRST,
  commonOrder,
  isImage,
  isRow,
  isSides,
  type Order,
  operandOf,
  ordersOf,
  placesOf,
  reshaped,
  type Sides,
  transposed,
  type View,
} from './view.ts';

/** Computes a node on images with the channels first; false where it cannot. */
type Rule = (node: OnnxNode, writer: LayoutWriter) => boolean;

/** The first input as a view, and what the source says of the result. */
const firstView = (node: OnnxNode, writer: LayoutWriter) => writer.view(node.inputs[0]);
const resultShape = (node: OnnxNode, writer: LayoutWriter) => writer.shape(node.outputs[0]);

/** What is done to each number. */
const each: Rule = (node, writer) => {
  const view = firstView(node, writer);
  if (!view) return false;
  return writer.keep(node, [view.base, ...node.inputs.slice(1)], view.sides, view.base ? withoutBase(view) : {});
};

const withoutBase = ({ order, shape }: View) => ({ order, shape });

/** The same numbers, seen in another shape. */
const reshape: Rule = (node, writer) => {
  const view = firstView(node, writer);
  const shape = resultShape(node, writer);
  if (!view || !shape) return false;
  writer.see(node.outputs[0], reshaped(view, shape));
  return true;
};

const transpose: Rule = (node, writer) => {
  const view = firstView(node, writer);
  const perm = ints({ node }, 'perm') ?? view?.shape.map((_, at) => view.shape.length - 1 - at) ?? [];
  const moved = view && transposed(view, perm);
  if (!moved) return false;
  writer.see(node.outputs[0], moved);
  return true;
};

/** Layers of images: convolutions, pools, resizing. Other inputs are parameters. */
const ofImage: Rule = (node, writer) => {
  const view = firstView(node, writer);
  const sides = resultShape(node, writer);
  if (!view || !isImage(view) || !sides || !isSides(sides)) return false;
  return writer.keep(node, [view.base, ...node.inputs.slice(1)], sides);
};

/** Batch norm of an image, or of a row. */
const batchNorm: Rule = (node, writer) => {
  const view = firstView(node, writer);
  if (!view || !(isImage(view) || isRow(view))) return false;
  return writer.keep(node, [view.base, ...node.inputs.slice(1)], view.sides, withoutBase(view));
};

/** Sums, products and the like, where operands repeat to fit the largest. */
const operands: Rule = (node, writer) => {
  const views = node.inputs.flatMap((name) => writer.view(name) ?? []);
  const largest = views.reduce((most, view) => (sizeOf(view.shape) > sizeOf(most.shape) ? view : most), views[0]);
  const shape = resultShape(node, writer);
  if (!shape || sizeOf(shape) !== sizeOf(largest.shape)) return false;
  const lifted = shape.length === largest.shape.length ? largest : reshaped(largest, shape);
  const inputs = node.inputs.map((name) => {
    const view = writer.view(name);
    if (view) return fits(view, lifted) ? view.base : undefined;
    const constant = writer.edit.floats(name);
    const operand = constant && operandOf(lifted, constant);
    return operand && writer.edit.addFloats(operand.values, operand.dims);
  });
  if (inputs.some((name) => name === undefined)) return false;
  return writer.keep(node, inputs as string[], lifted.sides, withoutBase(lifted));
};

/** Whether an operand repeats over the largest one as its base does over that one's base. */
function fits(view: View, largest: View): boolean {
  if (sizeOf(view.shape) === 1) return true;
  if (String(view.shape) === String(largest.shape) && String(view.sides) === String(largest.sides))
    return String(view.order) === String(largest.order) || commonOrder([view, largest]) !== undefined;
  const aligned = reshaped(view, [
    ...new Array<number>(Math.max(0, largest.shape.length - view.shape.length)).fill(1),
    ...view.shape,
  ]);
  if (commonOrder([aligned, largest]) !== undefined) return true;
  // A number for each channel, wherever the channels are.
  const axis = aligned.shape.findIndex((side) => side > 1);
  return isRow(view) && isRow(largest)
    ? axis === largest.shape.findIndex((side) => side > 1)
    : isRow(view) && ordersOf(largest).some((order) => order[axis] === 1);
}

/** PRelu: the slopes are an operand. */
const prelu: Rule = (node, writer) => operands(node, writer);

const concat: Rule = (node, writer) => {
  const shape = resultShape(node, writer);
  const views = node.inputs.map((name) => writer.view(name));
  if (!shape || !views.every((view) => view !== undefined)) return false;
  const axis = positive(int({ node }, 'axis', 1), shape.length);
  const order = commonOrder(views);
  if (order && isSides(shape)) return joined(node, writer, views, order[axis], order, shape);
  // Rows one after another.
  if (sizeOf(shape) !== shape[axis]) return false;
  const pixels = views.map((view) => writer.pixel(view));
  return writer.keep(
    { ...node, attributes: { axis: { int: 1 } } },
    pixels.map(({ base }) => base),
    [1, shape[axis], 1, 1],
    { shape },
  );
};

function joined(
  node: OnnxNode,
  writer: LayoutWriter,
  views: readonly View[],
  axis: number,
  order: Order,
  shape: Sides,
): boolean {
  const sides = views[0].sides.map((side, at) =>
    at === axis ? views.reduce((sum, view) => sum + view.sides[at], 0) : side,
  );
  return writer.keep(
    { ...node, attributes: { axis: { int: axis } } },
    views.map(({ base }) => base),
    sides as unknown as Sides,
    { order, shape },
  );
}

const positive = (axis: number, rank: number) => (axis < 0 ? axis + rank : axis);

/**
 * A matrix with constant weights [N, K] on a row, or on the channels of each place: a convolution with the kernel
 * [K, C, H, W] of the whole image, or [K, C, 1, 1].
 */
function dense(
  node: OnnxNode,
  writer: LayoutWriter,
  weights: Float32Array,
  columns: number,
  bias?: Float32Array,
): boolean {
  const view = firstView(node, writer);
  const shape = resultShape(node, writer);
  if (!view || !shape) return false;
  const rows = weights.length / columns;
  const order = ordersOf(view).find((each) => each[3] === 1);
  const isWhole = sizeOf(view.shape) === rows && view.shape.at(-1) === rows;
  if (!isWhole && !(order && view.sides[1] === rows)) return false;
  const kernelSides = isWhole ? view.sides.slice(1) : [rows, 1, 1];
  const places = isWhole ? placesOf(view.sides, view.order) : Uint32Array.from({ length: rows }, (_, row) => row);
  const kernel = new Float32Array(weights.length);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++)
      kernel[column * rows + places[row]] = weights[row * columns + column];
  const sides: Sides = isWhole ? [1, columns, 1, 1] : [1, columns, view.sides[2], view.sides[3]];
  const parameters = [writer.edit.addFloats(kernel, [columns, ...kernelSides])];
  if (bias) parameters.push(writer.edit.addFloats(bias, [columns]));
  const attributes = {
    kernel_shape: { ints: kernelSides.slice(1) },
    strides: { ints: [1, 1] },
    pads: { ints: [0, 0, 0, 0] },
    dilations: { ints: [1, 1] },
    group: { int: 1 },
  };
  const made = { ...node, opType: 'Conv', attributes };
  return writer.keep(made, [view.base, ...parameters], sides, isWhole ? { shape } : { shape, ...(order && { order }) });
}

const matMul: Rule = (node, writer) => {
  const weights = writer.edit.floats(node.inputs[1]);
  if (weights?.dims.length !== 2) return false;
  return dense(node, writer, weights.values, weights.dims[1]);
};

const gemm: Rule = (node, writer) => {
  const weights = writer.edit.floats(node.inputs[1]);
  if (weights?.dims.length !== 2 || int({ node }, 'transA', 0) !== 0) return false;
  const turned = int({ node }, 'transB', 0) !== 0;
  const [rows, columns] = turned ? [weights.dims[1], weights.dims[0]] : weights.dims;
  const alpha = float({ node }, 'alpha') ?? 1;
  const matrix = new Float32Array(weights.values.length);
  for (let i = 0; i < matrix.length; i++) {
    const from = turned ? (i % columns) * rows + Math.floor(i / columns) : i;
    matrix[i] = alpha * weights.values[from];
  }
  const given = node.inputs[2] ? writer.edit.floats(node.inputs[2]) : undefined;
  if (node.inputs[2] && (!given || (given.values.length !== 1 && given.values.length !== columns))) return false;
  const beta = float({ node }, 'beta') ?? 1;
  const bias =
    given && Float32Array.from({ length: columns }, (_, k) => beta * given.values[given.values.length === 1 ? 0 : k]);
  return dense({ ...node, inputs: node.inputs.slice(0, 2) }, writer, matrix, columns, bias);
};

/** Means and maxima; those over height and width are pools. */
const reduction: Rule = (node, writer) => {
  const view = firstView(node, writer);
  const shape = resultShape(node, writer);
  const [order] = view ? ordersOf(view) : [];
  if (!view || !shape || !order) return false;
  const given = ints({ node }, 'axes') ?? view.shape.map((_, at) => at);
  // Axes of one number are no matter.
  const axes = [...new Set(given.map((axis) => order[positive(axis, 4)]))]
    .filter((axis) => view.sides[axis] > 1)
    .sort();
  const sides = view.sides.map((side, axis) => (axes.includes(axis) ? 1 : side)) as unknown as Sides;
  const seen = { order, shape };
  if (axes.length === 0) {
    writer.see(node.outputs[0], reshaped(view, shape));
    return true;
  }
  const overPlaces =
    axes.every((axis) => axis > 1) && [2, 3].every((axis) => axes.includes(axis) || view.sides[axis] === 1);
  if (overPlaces && node.opType === 'ReduceMean')
    return writer.keep({ ...node, opType: 'GlobalAveragePool', attributes: {} }, [view.base], sides, seen);
  const all = overPlaces ? [2, 3] : axes;
  return writer.keep({ ...node, attributes: { axes: { ints: all }, keepdims: { int: 1 } } }, [view.base], sides, seen);
};

/** Along the channels of a single pixel. */
const alongChannels: Rule = (node, writer) => {
  const view = firstView(node, writer);
  if (!view) return false;
  const axis = positive(int({ node }, 'axis', 1), view.shape.length);
  const size = sizeOf(view.shape);
  if (size !== sizeOf(view.shape.slice(axis)) || size !== view.shape[axis]) return false;
  const pixel = writer.pixel(view);
  return writer.keep({ ...node, attributes: { axis: { int: 1 } } }, [pixel.base], pixel.sides, { shape: view.shape });
};

/** Padding: the amounts of each axis move with it. */
const pad: Rule = (node, writer) => {
  const view = firstView(node, writer);
  const shape = resultShape(node, writer);
  const [order] = view ? ordersOf(view) : [];
  const pads = numbers(node.inputs[1], writer);
  if (!view || !shape || !order || pads?.length !== 8) return false;
  const moved = CHANNELS_FIRST.map((axis) => order.indexOf(axis));
  const amounts = [...moved.map((at) => pads[at]), ...moved.map((at) => pads[4 + at])];
  const sides = moved.map((at) => shape[at]) as unknown as Sides;
  const inputs = [view.base, writer.edit.addIntegers(amounts), ...node.inputs.slice(2)];
  return writer.keep(node, inputs, sides, { order, shape });
};

const slice: Rule = (node, writer) => {
  const view = firstView(node, writer);
  const shape = resultShape(node, writer);
  const [order] = view ? ordersOf(view) : [];
  const starts = numbers(node.inputs[1], writer);
  const axes = node.inputs[3] ? numbers(node.inputs[3], writer) : starts?.map((_, at) => at);
  if (!view || !shape || !order || !axes || !isSides(shape)) return false;
  const moved = writer.edit.addIntegers(axes.map((axis) => order[positive(axis, 4)]));
  const sides = CHANNELS_FIRST.map((axis) => shape[order.indexOf(axis)]) as unknown as Sides;
  const [, from, to, , ...steps] = node.inputs;
  return writer.keep(node, [view.base, from, to, moved, ...steps], sides, { order, shape });
};

function numbers(name: string | undefined, { edit }: LayoutWriter): readonly number[] | undefined {
  const tensor = edit.constant(name);
  return tensor && fixedValues(knownOf(tensor));
}

const all = (names: string, rule: Rule) => Object.fromEntries(names.split(' ').map((name) => [name, rule]));

/** How each operator is computed on images with the channels first; others are computed as they are. */
export const LAYOUT_RULES: Readonly<Record<string, Rule>> = {
  ...all(
    'Abs Celu Clip Cos Elu Exp HardSigmoid HardSwish Identity LeakyRelu Log Reciprocal Relu Selu Sigmoid Sin Softplus Softsign ' +
      'Sqrt Tanh ThresholdedRelu',
    each,
  ),
  ...all('Add Sub Mul Div Pow Max Min Sum', operands),
  ...all('AveragePool Conv ConvTranspose GlobalAveragePool InstanceNormalization MaxPool Resize', ofImage),
  ...all('Flatten Reshape Squeeze Unsqueeze', reshape),
  ...all('ReduceMean ReduceMax', reduction),
  BatchNormalization: batchNorm,
  Concat: concat,
  Gemm: gemm,
  LogSoftmax: alongChannels,
  MatMul: matMul,
  PRelu: prelu,
  Pad: pad,
  Slice: slice,
  Softmax: alongChannels,
  Transpose: transpose,
};
