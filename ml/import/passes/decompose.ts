import type { AttributeValue, OnnxModel, OnnxNode } from '../../onnx/model.ts';
import { inferShapes } from '../../onnx/shapes/infer.ts';
import { fixedValues, isFixed, type Known, knownOf } from '../../onnx/shapes/known.ts';
import { float, int, ints, text } from '../../onnx/values.ts';
import { Edit, nodeOf } from './edit.ts';

/** Writes the nodes that take one node's place; each method returns the name of its result. */
class Writer {
  readonly nodes: OnnxNode[] = [];

  constructor(
    readonly edit: Edit,
    readonly node: OnnxNode,
    private readonly known: ReadonlyMap<string, Known>,
  ) {}

  op(opType: string, inputs: readonly string[], attributes: Readonly<Record<string, AttributeValue>> = {}): string {
    const name = this.edit.fresh(opType);
    this.nodes.push(nodeOf(opType, inputs, name, attributes));
    return name;
  }

  add(x: string, by: number | string): string {
    return this.op('Add', [x, typeof by === 'number' ? this.edit.addFloats(by) : by]);
  }

  mul(x: string, by: number | string): string {
    return this.op('Mul', [x, typeof by === 'number' ? this.edit.addFloats(by) : by]);
  }

  /** ReLU6, the only clipping of SnapML; its bounds were attributes before operator set 11. */
  relu6(x: string): string {
    if (this.edit.opset < 11) return this.op('Clip', [x], { min: { float: 0 }, max: { float: 6 } });
    return this.op('Clip', [x, this.edit.addFloats(0), this.edit.addFloats(6)]);
  }

  shape(name: string): readonly number[] | undefined {
    const shape = this.known.get(name)?.shape ?? null;
    return isFixed(shape) ? shape : undefined;
  }

  /** A few constant numbers, of an attribute or an input. */
  numbers(attribute: string, place: number): readonly number[] | undefined {
    const constant = this.edit.constant(this.node.inputs[place]);
    return ints(this, attribute) ?? (constant && fixedValues(knownOf(constant)));
  }

  isConstant(place: number): boolean {
    return this.edit.constant(this.node.inputs[place]) !== undefined;
  }
}

/** Returns the names of the node's results, or undefined where it is left as it is. */
type Rule = (writer: Writer) => string | readonly string[] | undefined;

/** max(0, min(1, αx + β)) = ReLU6(6αx + 6β) / 6. */
function hardSigmoid(w: Writer, x: string, alpha: number, beta: number): string {
  return w.mul(w.relu6(w.add(w.mul(x, 6 * alpha), 6 * beta)), 1 / 6);
}

/**
 * The error function by Abramowitz and Stegun 7.1.26, with at most 1.5e-7 of error: 1 − p(t)·exp(−z²) for t = 1/(1 + 0.3275911·z)
 * and z ≥ 0. The sign is z/|z|.
 */
function erf(w: Writer, x: string): string {
  const z = w.op('Abs', [x]);
  const t = w.op('Reciprocal', [w.add(w.mul(z, 0.3275911), 1)]);
  let p = w.mul(t, 1.061405429);
  for (const coefficient of [-1.453152027, 1.421413741, -0.284496736, 0.254829592]) p = w.mul(w.add(p, coefficient), t);
  const tail = w.op('Mul', [p, w.op('Exp', [w.mul(w.op('Mul', [z, z]), -1)])]);
  const sign = w.op('Mul', [x, w.op('Reciprocal', [w.add(z, 1e-12)])]);
  return w.op('Mul', [sign, w.add(w.mul(tail, -1), 1)]);
}

/** GELU (Hendrycks and Gimpel 2016, arXiv:1606.08415), exactly or by its approximation with tanh. */
function gelu(w: Writer, x: string): string {
  if (text(w, 'approximate', 'none') === 'none')
    return w.mul(w.op('Mul', [x, w.add(erf(w, w.mul(x, Math.SQRT1_2)), 1)]), 0.5);
  const cubed = w.op('Mul', [w.op('Mul', [x, x]), x]);
  const inner = w.mul(w.op('Add', [x, w.mul(cubed, 0.044715)]), Math.sqrt(2 / Math.PI));
  return w.mul(w.op('Mul', [x, w.add(w.op('Tanh', [inner]), 1)]), 0.5);
}

/** Exporters write the largest float where a bound is missing. */
const UNBOUNDED = 3.4e38;

/** Other ranges than 0..6 by ReLU6 and, with one bound, by ReLU. */
function clip(w: Writer): string | undefined {
  const [x, min, max] = w.node.inputs;
  if ((min && !w.isConstant(1)) || (max && !w.isConstant(2))) return undefined;
  const low = float(w, 'min') ?? w.edit.floats(min)?.values[0] ?? -Infinity;
  const high = float(w, 'max') ?? w.edit.floats(max)?.values[0] ?? Infinity;
  const [open, openEnd] = [low < -UNBOUNDED, high > UNBOUNDED];
  if (low === 0 && openEnd) return w.op('Relu', [x]);
  if (low === 0 && high === 6) return undefined;
  if (open && openEnd) return w.mul(x, 1);
  if (open) return w.add(w.mul(w.op('Relu', [w.add(w.mul(x, -1), high)]), -1), high);
  if (openEnd) return w.add(w.op('Relu', [w.add(x, -low)]), low);
  const range = high - low;
  return w.add(w.mul(w.relu6(w.mul(w.add(x, -low), 6 / range)), range / 6), low);
}

function split(w: Writer): readonly string[] | undefined {
  const { node, edit } = w;
  const shape = w.shape(node.inputs[0]);
  if (!shape) return undefined;
  const axis = (int(w, 'axis', 0) + shape.length) % shape.length;
  let start = 0;
  const results: string[] = [];
  for (const name of node.outputs) {
    const size = w.shape(name)?.[axis];
    if (size === undefined) return undefined;
    const end = start + size;
    results.push(
      edit.opset < 10
        ? w.op('Slice', [node.inputs[0]], { starts: { ints: [start] }, ends: { ints: [end] }, axes: { ints: [axis] } })
        : w.op('Slice', [node.inputs[0], ...[start, end, axis].map((value) => edit.addIntegers([value]))]),
    );
    start = end;
  }
  return results;
}

/** Sums over the places of an image, as the mean times their number. */
function sum(w: Writer): string | undefined {
  const shape = w.shape(w.node.inputs[0]);
  const axes = w.numbers('axes', 1)?.map((axis) => axis + (axis < 0 ? (shape?.length ?? 0) : 0));
  if (!shape || !axes?.length) return undefined;
  const count = axes.reduce((product, axis) => product * shape[axis], 1);
  const keepdims = { int: int(w, 'keepdims', 1) };
  const mean =
    w.edit.opset < 18
      ? w.op('ReduceMean', [w.node.inputs[0]], { axes: { ints: axes }, keepdims })
      : w.op('ReduceMean', [w.node.inputs[0], w.edit.addIntegers(axes)], { keepdims });
  return w.mul(mean, count);
}

function globalMaximum(w: Writer): string | undefined {
  const shape = w.shape(w.node.inputs[0]);
  if (shape?.length !== 4) return undefined;
  return w.op('MaxPool', [w.node.inputs[0]], { kernel_shape: { ints: shape.slice(2) } });
}

const RULES: Readonly<Record<string, Rule>> = {
  HardSigmoid: (w) => hardSigmoid(w, w.node.inputs[0], float(w, 'alpha') ?? 0.2, float(w, 'beta') ?? 0.5),
  HardSwish: (w) => w.op('Mul', [w.node.inputs[0], hardSigmoid(w, w.node.inputs[0], 1 / 6, 0.5)]),
  Swish: (w) => {
    const [x] = w.node.inputs;
    return w.op('Mul', [x, w.op('Sigmoid', [w.mul(x, float(w, 'alpha') ?? 1)])]);
  },
  Mish: (w) => w.op('Mul', [w.node.inputs[0], w.op('Tanh', [w.op('Softplus', [w.node.inputs[0]])])]),
  Gelu: (w) => gelu(w, w.node.inputs[0]),
  Erf: (w) => erf(w, w.node.inputs[0]),
  Neg: (w) => w.mul(w.node.inputs[0], -1),
  Clip: clip,
  Split: split,
  ReduceSum: sum,
  GlobalMaxPool: globalMaximum,
  Mean: (w) => w.mul(w.op('Sum', w.node.inputs), 1 / w.node.inputs.length),
  // Of constants nothing is left but Add and Mul, which fold into convolutions.
  Sub: (w) => {
    const [a, b] = w.node.inputs;
    const subtrahend = w.edit.floats(b);
    if (subtrahend)
      return w.add(
        a,
        w.edit.addFloats(
          subtrahend.values.map((value) => -value),
          subtrahend.dims,
        ),
      );
    return w.isConstant(0) ? w.op('Add', [w.mul(b, -1), a]) : undefined;
  },
  Div: (w) => {
    const [a, b] = w.node.inputs;
    const divisor = w.edit.floats(b);
    if (divisor?.values.every((value) => value !== 0))
      return w.mul(
        a,
        w.edit.addFloats(
          divisor.values.map((value) => 1 / value),
          divisor.dims,
        ),
      );
    return w.isConstant(0) ? w.op('Mul', [w.op('Reciprocal', [b]), a]) : undefined;
  },
};

/**
 * Writes operators that SnapML lacks as others that it has, with the same answers: hard-sigmoid, hard-swish, swish, GELU, Mish,
 * clipping to any range, Split, sums over places; and Sub and Div by constants as Add and Mul.
 */
export function decompose(model: OnnxModel): OnnxModel {
  const edit = new Edit(model);
  const known = inferShapes(model);
  const nodes = model.graph.nodes.flatMap((node) => {
    const rule = Object.hasOwn(RULES, node.opType) && node.domain === '' ? RULES[node.opType] : undefined;
    const writer = new Writer(edit, node, known);
    const results = rule?.(writer);
    if (results === undefined) return [node];
    const names = typeof results === 'string' ? [results] : results;
    // The last nodes get the names that others know.
    const final = (name: string) => (names.includes(name) ? node.outputs[names.indexOf(name)] : name);
    return writer.nodes.map((made) => ({
      ...made,
      name: final(made.name),
      inputs: made.inputs.map(final),
      outputs: made.outputs.map(final),
    }));
  });
  return edit.finish(nodes);
}
