import { LUMA } from '../core/bt601.ts';
import { CLASSES } from '../core/class-list.ts';
import { UserError } from '../core/errors.ts';
import { IMAGE, PIXELS, PROBABILITIES } from '../model/inputs.ts';
import { type AttributeValue, DATA_TYPE, type OnnxModel, type OnnxNode } from '../onnx/model.ts';
import { inferShapes } from '../onnx/shapes/infer.ts';
import { isFixed } from '../onnx/shapes/known.ts';
import { Edit, fedInputs, nodeOf } from './passes/edit.ts';
import { explicitPadding } from './passes/explicit-padding.ts';
import { foldAffine } from './passes/fold-affine.ts';
import type { PixelRange } from './source.ts';

/** How the last layer's numbers become probabilities. */
export type Ending = 'softmax' | 'log-softmax' | 'logits';

/** A network of one square picture and one list of classes. */
export interface Classifier {
  /** With the channels first. */
  readonly model: OnnxModel;
  /** Side of its picture in pixels. */
  readonly side: number;
  /** 1 of grey pictures, 3 of coloured ones. */
  readonly channels: 1 | 3;
  readonly classes: number;
  readonly ending: Ending;
}

/**
 * What a simplified network is as a classifier of pictures.
 * @param file for messages.
 * @throws UserError if it is none.
 */
export function classifierOf(model: OnnxModel, file: string): Classifier {
  const inputs = fedInputs(model);
  const { outputs } = model.graph;
  const known = inferShapes(model);
  const shown = (values: readonly { readonly name: string }[]) =>
    values
      .map(
        ({ name }) =>
          `${name} [${
            known
              .get(name)
              ?.shape?.map((size) => size ?? '?')
              .join(',') ?? '?'
          }]`,
      )
      .join(' and ') || 'none';
  const refuse = (found: string, expected: string) => new UserError(`${file} ${found}; expected ${expected}`);
  const [input] = inputs;
  const shape = known.get(input?.name ?? '')?.shape ?? null;
  if (inputs.length !== 1 || !isFixed(shape) || shape.length !== 4) {
    throw refuse(
      `has the input ${shown(inputs)}`,
      'one picture: a model of sequences, points or several pictures cannot be brought into this lens',
    );
  }
  const [batch, channels, height, width] = shape;
  if (batch !== 1) throw refuse(`takes ${batch} pictures at once`, 'one: export it with batch 1 or a dynamic batch');
  if (height !== width) throw refuse(`looks at pictures of ${width}×${height} pixels`, 'square ones');
  if (channels !== 1 && channels !== 3)
    throw refuse(`looks at pictures of ${channels} channels`, '3 (colours) or 1 (grey)');
  const [output] = outputs;
  const result = known.get(output?.name ?? '')?.shape ?? null;
  const classes = isFixed(result) ? Math.max(...result) : 0;
  if (outputs.length !== 1 || !isFixed(result) || result.reduce((product, size) => product * size, 1) !== classes) {
    throw refuse(
      `has the output ${shown(outputs)}`,
      'one number for each class: a detector or segmenter of objects is no classifier',
    );
  }
  if (classes < CLASSES.min || classes > CLASSES.max) {
    const fix = classes === 1 ? ': train with a class for each answer, and softmax' : '';
    throw refuse(`tells ${classes} classes apart`, `${CLASSES.min} to ${CLASSES.max}${fix}`);
  }
  const last = model.graph.nodes.find((node) => node.outputs.includes(output.name));
  if (last?.opType === 'Sigmoid') {
    throw refuse(
      'ends in Sigmoid, a probability for each class by itself',
      'classes of which one is right: train with softmax',
    );
  }
  const ending = last?.opType === 'Softmax' ? 'softmax' : last?.opType === 'LogSoftmax' ? 'log-softmax' : 'logits';
  refuseDamaged(model, file);
  return { model, side: height, channels, classes, ending };
}

/** @throws UserError if a weight is not a number. */
function refuseDamaged({ graph }: OnnxModel, file: string): void {
  for (const { name, dataType, raw } of graph.initializers) {
    if (dataType !== DATA_TYPE.float) continue;
    const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
    for (let at = 0; at < raw.length; at += 4) {
      if (Number.isFinite(view.getFloat32(at, true))) continue;
      throw new UserError(
        `${file}: ${name} holds ${view.getFloat32(at, true)}; expected finite numbers: the training diverged, or the file is damaged`,
      );
    }
  }
}

const POINTWISE: Readonly<Record<string, AttributeValue>> = {
  kernel_shape: { ints: [1, 1] },
  strides: { ints: [1, 1] },
  pads: { ints: [0, 0, 0, 0] },
  dilations: { ints: [1, 1] },
  group: { int: 1 },
};

/**
 * A classifier as this project's lens takes it: its input `image` [1, 3, S, S] has values in [−1, 1], its output `prob` is
 * [1, K, 1, 1] after softmax, in this order of classes. What the network expected of pixels is computed at its beginning, and
 * folded into its first convolution where that is exact; a network of grey pictures gets the luma of BT.601.
 * @param order for each class of the new output, its place in the former one.
 */
export function asLensModel(
  { model, channels, classes, ending }: Classifier,
  pixels: PixelRange,
  order: readonly number[],
): OnnxModel {
  const edit = new Edit(model);
  const [input] = fedInputs(model);
  const [output] = model.graph.outputs;
  const begin: OnnxNode[] = [];
  const add = (
    nodes: OnnxNode[],
    opType: string,
    inputs: readonly string[],
    attributes: OnnxNode['attributes'] = {},
  ) => {
    const name = edit.fresh(opType);
    nodes.push(nodeOf(opType, inputs, name, attributes));
    return name;
  };
  let x: string = IMAGE;
  if (channels === 1) x = add(begin, 'Conv', [x, edit.addFloats(Float32Array.from(LUMA), [1, 3, 1, 1])], POINTWISE);
  const each = (of: (scale: number, bias: number) => number) => {
    const values = Array.from({ length: channels }, (_, c) =>
      of(pixels.scale[c % pixels.scale.length], pixels.bias[c % pixels.bias.length]),
    );
    return edit.addFloats(Float32Array.from(values), [1, channels, 1, 1]);
  };
  // A pixel is (value − bias) / scale of what the lens gives.
  x = add(begin, 'Mul', [x, each((scale) => scale / PIXELS.scale)]);
  x = add(begin, 'Add', [x, each((scale, bias) => bias - (scale * PIXELS.bias) / PIXELS.scale)]);

  const nodes = model.graph.nodes.filter((node) => ending === 'logits' || !node.outputs.includes(output.name));
  const last = model.graph.nodes.find((node) => node.outputs.includes(output.name));
  const logits = ending === 'logits' ? output.name : (last?.inputs[0] ?? '');
  const end: OnnxNode[] = [];
  const isMoved = order.some((place, at) => place !== at);
  const permutation = Float32Array.from({ length: classes * classes }, (_, i) =>
    Number(order[Math.floor(i / classes)] === i % classes),
  );
  const ordered = isMoved
    ? add(end, 'Conv', [logits, edit.addFloats(permutation, [classes, classes, 1, 1])], POINTWISE)
    : logits;
  end.push(nodeOf('Softmax', [ordered], PROBABILITIES, { axis: { int: 1 } }));

  // The network's own tensors may have the names of the new input and output.
  const taken = new Map(
    [IMAGE, PROBABILITIES].map((name) => {
      const constant = edit.floats(name);
      return [name, constant ? edit.addFloats(constant.values, constant.dims) : edit.fresh(name)];
    }),
  );
  const inner = (name: string) => (name === input.name ? x : (taken.get(name) ?? name));
  const renamed = (node: OnnxNode) => ({ ...node, inputs: node.inputs.map(inner), outputs: node.outputs.map(inner) });
  end[0] = { ...end[0], inputs: end[0].inputs.map(inner) };
  const whole = edit.finish([...begin, ...nodes.map(renamed), ...end], {
    inputs: [{ ...input, name: IMAGE, shape: [1, 3, ...(input.shape ?? []).slice(2)] }],
    outputs: [{ name: PROBABILITIES, elementType: DATA_TYPE.float, shape: [1, classes, 1, 1] }],
  });
  return { ...explicitPadding(foldAffine(joinPointwise(whole))), producerName: 'emotion-lens', producerVersion: '' };
}

/**
 * Joins the two convolutions that {@link asLensModel} adds with their neighbours, where one of them is 1×1: the reordering of
 * classes with the last layer, which has no activation.
 */
function joinPointwise(model: OnnxModel): OnnxModel {
  const edit = new Edit(model);
  const nodes = [...model.graph.nodes];
  const softmax = nodes.at(-1);
  const permutation = softmax && edit.producer(softmax.inputs[0]);
  const last = permutation?.opType === 'Conv' ? edit.producer(permutation.inputs[0]) : undefined;
  const order = permutation && edit.floats(permutation.inputs[1]);
  const kernel = last?.opType === 'Conv' ? edit.floats(last.inputs[1]) : undefined;
  if (!permutation || !last || !order || !kernel || edit.onlyUser(last.outputs[0]) !== permutation) return model;
  const classes = order.dims[0];
  const isPermutation =
    order.dims[1] === classes &&
    kernel.dims[0] === classes &&
    order.values.every((value) => value === 0 || value === 1);
  const bias = last.inputs[2] ? edit.floats(last.inputs[2])?.values : new Float32Array(classes);
  if (!isPermutation || !bias || permutation.inputs.length !== 2) return model;
  const taps = kernel.values.length / classes;
  const places = Array.from({ length: classes }, (_, row) =>
    order.values.subarray(row * classes, (row + 1) * classes).indexOf(1),
  );
  const weights = Float32Array.from(
    { length: kernel.values.length },
    (_, i) => kernel.values[places[Math.floor(i / taps)] * taps + (i % taps)],
  );
  const joined = {
    ...last,
    inputs: [
      last.inputs[0],
      edit.addFloats(weights, kernel.dims),
      edit.addFloats(
        Float32Array.from(places, (place) => bias[place]),
        [classes],
      ),
    ],
    outputs: permutation.outputs,
  };
  return edit.finish(nodes.flatMap((node) => (node === permutation ? [] : node === last ? [joined] : [node])));
}
