import type { AttributeValue, OnnxModel, OnnxNode } from '../../onnx/model.ts';
import { inferShapes } from '../../onnx/shapes/infer.ts';
import { fixedValues, type Known, knownOf } from '../../onnx/shapes/known.ts';
import { float, int, ints } from '../../onnx/values.ts';
import { Edit, nodeOf } from './edit.ts';

/** The operator set of Snap's own export code. */
const TARGET = 11;

interface Context {
  readonly edit: Edit;
  readonly known: ReadonlyMap<string, Known>;
}
type Rule = (node: OnnxNode, context: Context) => readonly OnnxNode[] | undefined;

const without = (attributes: OnnxNode['attributes'], name: string) =>
  Object.fromEntries(Object.entries(attributes).filter(([key]) => key !== name));

/** Numbers that became an input after operator set 11. */
const inputToAttribute =
  (name: string): Rule =>
  (node, { edit }) => {
    const constant = edit.constant(node.inputs[1]);
    if (!node.inputs[1]) return [{ ...node, inputs: node.inputs.slice(0, 1) }];
    const values = constant && fixedValues(knownOf(constant));
    if (!values) return undefined;
    return [{ ...node, inputs: node.inputs.slice(0, 1), attributes: { ...node.attributes, [name]: { ints: values } } }];
  };

/** Reductions: the axes, and what no axes mean. */
const reduction: Rule = (node, context) => {
  if (int({ node }, 'noop_with_empty_axes', 0) !== 0 && !node.inputs[1]) return undefined;
  const [made] = inputToAttribute('axes')(node, context) ?? [];
  return made && [{ ...made, attributes: without(made.attributes, 'noop_with_empty_axes') }];
};

/** Bounds, pads and cuts that became inputs up to operator set 11. */
function attributesToInputs(
  node: OnnxNode,
  names: readonly string[],
  input: (value: AttributeValue) => string,
): OnnxNode {
  if (node.inputs.length > 1 || !names.some((name) => name in node.attributes)) return node;
  const inputs = names.map((name) => (name in node.attributes ? input(node.attributes[name]) : ''));
  const attributes = names.reduce(without, node.attributes);
  return { ...node, inputs: [node.inputs[0], ...inputs], attributes };
}

const numbersOf = (value: AttributeValue): readonly number[] => ('ints' in value ? value.ints : []);

/** From operator set 13 on, Softmax goes along one axis; before, over all from it on, which is the same for the last one. */
const softmax: Rule = (node, { edit, known }) => {
  if (edit.opset < 13) return [node];
  const shape = known.get(node.inputs[0])?.shape;
  const axis = int({ node }, 'axis', -1);
  if (!shape) return undefined;
  const front = axis < 0 ? axis + shape.length : axis;
  const along = { ...node, attributes: { axis: { int: front } } };
  if (shape.slice(front + 1).every((side) => side === 1)) return [along];
  // Its own inverse: the axis changes places with the last one.
  const perm = { ints: shape.map((_, at) => (at === front ? shape.length - 1 : at === shape.length - 1 ? front : at)) };
  const [moved, made] = [edit.fresh('moved'), edit.fresh('softmax')];
  return [
    nodeOf('Transpose', [node.inputs[0]], moved, { perm }),
    { ...along, inputs: [moved], outputs: [made], attributes: { axis: { int: shape.length - 1 } } },
    nodeOf('Transpose', [made], node.outputs[0], { perm }),
  ];
};

const RULES: Readonly<Record<string, Rule>> = {
  Squeeze: inputToAttribute('axes'),
  Unsqueeze: inputToAttribute('axes'),
  ReduceSum: reduction,
  ReduceMean: reduction,
  ReduceMax: reduction,
  ReduceMin: reduction,
  Softmax: softmax,
  LogSoftmax: softmax,
  Clip: (node, { edit }) => {
    if (edit.opset >= 11) return [node];
    const bound = (name: string) => {
      const value = float({ node }, name);
      return value === undefined ? '' : edit.addFloats(value);
    };
    return [{ ...node, inputs: [node.inputs[0], bound('min'), bound('max')], attributes: {} }];
  },
  Pad: (node, { edit }) => {
    const value = float({ node }, 'value');
    const made = attributesToInputs(node, ['pads'], (pads) => edit.addIntegers(numbersOf(pads)));
    const attributes = without(made.attributes, 'value');
    // The fourth input, axes, came later.
    if (made.inputs[3]) return undefined;
    return [{ ...made, attributes, inputs: value ? [...made.inputs, edit.addFloats(value)] : made.inputs.slice(0, 3) }];
  },
  Slice: (given, { edit }) => {
    let node = given;
    if (ints({ node }, 'starts') && !ints({ node }, 'axes')) {
      const axes = { ints: (ints({ node }, 'starts') ?? []).map((_, at) => at) };
      node = { ...node, attributes: { ...node.attributes, axes } };
    }
    return [attributesToInputs(node, ['starts', 'ends', 'axes'], (value) => edit.addIntegers(numbersOf(value)))];
  },
  Upsample: (node, { edit }) => {
    const { scales } = node.attributes;
    const factors =
      scales && 'floats' in scales
        ? edit.addFloats(Float32Array.from(scales.floats), [scales.floats.length])
        : node.inputs[1];
    const mode = node.attributes['mode'] ?? { string: 'nearest' };
    const attributes = {
      mode,
      coordinate_transformation_mode: { string: 'asymmetric' },
      nearest_mode: { string: 'floor' },
    };
    return [
      {
        ...node,
        opType: 'Resize',
        inputs: [node.inputs[0], edit.addFloats(new Float32Array(), [0]), factors],
        attributes,
      },
    ];
  },
  Resize: (node, { edit }) => {
    if (edit.opset < 11) return RULES['Upsample'](node, { edit, known: new Map() });
    const newer = ['antialias', 'axes', 'keep_aspect_ratio_policy'].some((name) => name in node.attributes);
    if (newer && int({ node }, 'antialias', 0) !== 0) return undefined;
    if ('axes' in node.attributes) return undefined;
    const [x, roi, scales, sizes] = node.inputs;
    const none = () => edit.addFloats(new Float32Array(), [0]);
    const attributes = without(without(node.attributes, 'antialias'), 'keep_aspect_ratio_policy');
    return [{ ...node, inputs: [x, roi || none(), scales || none(), ...(sizes ? [sizes] : [])], attributes }];
  },
  BatchNormalization: (node) => [
    { ...node, attributes: without(without(node.attributes, 'training_mode'), 'spatial') },
  ],
  Reshape: (node) => [{ ...node, attributes: without(node.attributes, 'allowzero') }],
};

/** Operators that operator set 11 does not have; a model with one stays in its own. */
const NEWER: readonly string[] = [
  'HardSwish',
  'Gelu',
  'Mish',
  'Swish',
  'Celu',
  'LayerNormalization',
  'GroupNormalization',
  'RMSNormalization',
  'Einsum',
  'GridSample',
];

/**
 * Writes a model in operator set 11, which Snap's own export code uses, from any of 7 to 21: axes, pads and bounds where that
 * set has them. A model with something that it cannot express stays as it is.
 */
export function toOperatorSet11(model: OnnxModel): OnnxModel {
  const edit = new Edit(model);
  if (model.graph.nodes.some(({ opType, domain }) => domain !== '' || NEWER.includes(opType))) return model;
  const context = { edit, known: inferShapes(model) };
  const nodes: OnnxNode[] = [];
  for (const node of model.graph.nodes) {
    const made = Object.hasOwn(RULES, node.opType) ? RULES[node.opType](node, context) : [node];
    if (!made) return model;
    nodes.push(...made);
  }
  const finished = edit.finish(nodes);
  return { ...finished, irVersion: 6, opsets: [{ domain: '', version: TARGET }] };
}
