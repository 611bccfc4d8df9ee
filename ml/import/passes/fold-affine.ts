import { sizeOf } from '../../nn/graph.ts';
import type { OnnxModel, OnnxNode } from '../../onnx/model.ts';
import { inferShapes } from '../../onnx/shapes/infer.ts';
import { float, int, ints } from '../../onnx/values.ts';
import { Edit, nodeOf } from './edit.ts';

/** What a node does to each channel: x · scale + shift, [C] each. */
interface Affine {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/** Below this, in parts of 1, a factor or sum is the rounding of exporters. */
const ROUNDING = 1e-6;

/**
 * Folds what is done to each channel - batch norm, Mul and Add with constants - into the convolution before it, or into the one
 * after it where that is exact: a sum only in front of a convolution without padding. Several become one, and one that does
 * nothing vanishes. Weights are computed in 64 bits.
 * @param model with the channels first.
 */
export function foldAffine(model: OnnxModel): OnnxModel {
  let folded = model;
  // Each round folds one node of each chain.
  for (;;) {
    const next = foldOnce(folded);
    if (next === folded) return folded;
    folded = next;
  }
}

function foldOnce(model: OnnxModel): OnnxModel {
  const edit = new Edit(model);
  const known = inferShapes(model);
  const channelsOf = (name: string) => known.get(name)?.shape?.[1] ?? undefined;
  const replacements = new Map<string, string>();
  const changed = new Map<OnnxNode, OnnxNode | null>();
  for (const node of model.graph.nodes) {
    const { outputs } = node;
    const affine = affineOf(node, edit, channelsOf);
    if (!affine) continue;
    const [x] = affine.inputs;
    const before = edit.producer(x);
    const after = edit.onlyUser(outputs[0]);
    if ([node, before, after].some((near) => near && changed.has(near))) continue;
    if (doesNothing(affine)) {
      changed.set(node, null);
      replacements.set(outputs[0], x);
    } else if (before && edit.onlyUser(x) === node && before.opType === 'Conv') {
      const convolution = scaled(before, affine, edit);
      if (!convolution) continue;
      changed.set(before, { ...convolution, outputs });
      changed.set(node, null);
    } else if (before && edit.onlyUser(x) === node && affineOf(before, edit, channelsOf)) {
      const first = affineOf(before, edit, channelsOf) as Affine & { inputs: readonly string[] };
      const both = {
        scale: first.scale.map((scale, c) => scale * affine.scale[c]),
        shift: first.shift.map((shift, c) => shift * affine.scale[c] + affine.shift[c]),
      };
      changed.set(before, null);
      changed.set(node, oneNode(both, first.inputs[0], outputs[0], edit));
    } else if (after?.opType === 'Conv' && after.inputs[0] === outputs[0]) {
      const convolution = absorbed(after, affine, edit);
      if (!convolution) continue;
      changed.set(after, { ...convolution, inputs: [x, ...convolution.inputs.slice(1)] });
      changed.set(node, null);
    }
  }
  if (changed.size === 0) return model;
  const nodes = model.graph.nodes.flatMap((node) => (changed.has(node) ? (changed.get(node) ?? []) : node));
  return edit.finish(nodes, {}, replacements);
}

/** What a node does to each channel of its only computed input; undefined for other nodes. */
function affineOf(
  node: OnnxNode,
  edit: Edit,
  channelsOf: (name: string) => number | undefined,
): (Affine & { inputs: readonly string[] }) | undefined {
  const { opType, inputs, outputs } = node;
  const channels = channelsOf(outputs[0]);
  if (channels === undefined) return undefined;
  if (opType === 'BatchNormalization') {
    const [scale, shift, mean, variance] = inputs.slice(1).map((name) => edit.floats(name)?.values);
    if (!scale || !shift || !mean || !variance || outputs.length > 1) return undefined;
    const epsilon = float({ node }, 'epsilon') ?? 1e-5;
    const factors = Float64Array.from(scale, (gamma, c) => gamma / Math.sqrt(variance[c] + epsilon));
    return { inputs: [inputs[0]], scale: factors, shift: factors.map((factor, c) => shift[c] - mean[c] * factor) };
  }
  if (opType !== 'Mul' && opType !== 'Add') return undefined;
  const place = inputs.findIndex((name) => edit.constant(name) !== undefined);
  const constant = edit.floats(inputs[place]);
  const [x] = inputs.filter((_, at) => at !== place);
  if (!constant || edit.constant(x) !== undefined || channelsOf(x) !== channels) return undefined;
  const each = perChannel(constant, channels);
  const [ones, zeros] = [new Float64Array(channels).fill(1), new Float64Array(channels)];
  return (
    each && (opType === 'Mul' ? { inputs: [x], scale: each, shift: zeros } : { inputs: [x], scale: ones, shift: each })
  );
}

/** A constant as one number for each channel, if it is. */
function perChannel(
  { dims, values }: { readonly dims: readonly number[]; readonly values: Float32Array },
  channels: number,
): Float64Array | undefined {
  if (values.length === 1) return new Float64Array(channels).fill(values[0]);
  const isPerChannel = dims.length === 4 && dims[1] === channels && sizeOf(dims) === channels;
  return isPerChannel ? Float64Array.from(values) : undefined;
}

function doesNothing({ scale, shift }: Affine): boolean {
  return scale.every((value) => Math.abs(value - 1) < ROUNDING) && shift.every((value) => Math.abs(value) < ROUNDING);
}

/** A convolution that also does what came after it. */
function scaled(node: OnnxNode, { scale, shift }: Affine, edit: Edit): OnnxNode | undefined {
  const kernel = edit.floats(node.inputs[1]);
  const bias = node.inputs[2] ? edit.floats(node.inputs[2])?.values : new Float32Array(scale.length);
  if (!kernel || !bias || kernel.dims[0] !== scale.length) return undefined;
  const taps = kernel.values.length / scale.length;
  const weights = kernel.values.map((weight, i) => weight * scale[Math.floor(i / taps)]);
  const biases = bias.map((value, c) => value * scale[c] + shift[c]);
  return {
    ...node,
    inputs: [node.inputs[0], edit.addFloats(weights, kernel.dims), edit.addFloats(biases, [biases.length])],
  };
}

/** A convolution that first does what came before it. */
function absorbed(node: OnnxNode, { scale, shift }: Affine, edit: Edit): OnnxNode | undefined {
  const kernel = edit.floats(node.inputs[1]);
  if (!kernel) return undefined;
  const [outputs, inputs] = kernel.dims;
  const bias = node.inputs[2] ? edit.floats(node.inputs[2])?.values : new Float32Array(outputs);
  const pads = ints({ node }, 'pads');
  const automatic = node.attributes['auto_pad'];
  const isPadded =
    pads?.some((amount) => amount !== 0) || (automatic && 'string' in automatic && automatic.string.startsWith('SAME'));
  if (!bias || (isPadded && shift.some((value) => value !== 0))) return undefined;
  const perGroup = outputs / int({ node }, 'group', 1);
  const area = sizeOf(kernel.dims.slice(2));
  const channelAt = (i: number) => Math.floor(i / area / inputs / perGroup) * inputs + (Math.floor(i / area) % inputs);
  const biases = Float64Array.from(bias);
  const weights = kernel.values.map((weight, i) => {
    const channel = channelAt(i);
    biases[Math.floor(i / area / inputs)] += weight * shift[channel];
    return weight * scale[channel];
  });
  return {
    ...node,
    inputs: [
      node.inputs[0],
      edit.addFloats(weights, kernel.dims),
      edit.addFloats(Float32Array.from(biases), [outputs]),
    ],
  };
}

/** A factor, a sum, or both as a batch norm whose statistics are those of numbers that are normal already. */
function oneNode({ scale, shift }: Affine, input: string, output: string, edit: Edit): OnnxNode {
  const operand = (values: Float64Array) => edit.addFloats(Float32Array.from(values), [1, values.length, 1, 1]);
  if (shift.every((value) => value === 0)) return nodeOf('Mul', [input, operand(scale)], output);
  if (scale.every((value) => value === 1)) return nodeOf('Add', [input, operand(shift)], output);
  const row = (values: ArrayLike<number>) => edit.addFloats(Float32Array.from(values), [scale.length]);
  const statistics = [row(scale), row(shift), row(scale.map(() => 0)), row(scale.map(() => 1))];
  return nodeOf('BatchNormalization', [input, ...statistics], output, { epsilon: { float: 0 } });
}
