import { decodeModel, externalBytes, ONE_FILE } from '../onnx/decode.ts';
import { DATA_TYPE, type OnnxGraph, type OnnxModel, type OnnxTensor, typeName } from '../onnx/model.ts';
import { inferShapes, opsetOf } from '../onnx/shapes/infer.ts';
import { isFixed, type Known } from '../onnx/shapes/known.ts';
import { error, type Finding, note, warning } from './finding.ts';
import { constantsOf } from './onnx-context.ts';
import { mapOperator } from './onnx-operators.ts';
import type { Layer, ModelFindings } from './snapml.ts';
import { innerTensorProblems, interfaceFindings, onnxLayoutAdvice } from './tensor-findings.ts';

/** What to use in place of layers that do not run everywhere. */
const ALTERNATIVES: Partial<Record<Layer, string>> = {
  Constant: 'Make it an initializer, for example with onnx-simplifier',
  'Eltwise Div': 'Multiply by the reciprocal',
  'Eltwise Sub': 'Add the negative',
  Flatten: 'Use a 1×1 convolution after the pooling in place of Flatten and a dense layer',
  Reshape: 'Use a 1×1 convolution after the pooling in place of Reshape and a dense layer',
  ReduceMean: 'Use GlobalAveragePool, which is the same over height and width',
  'Batch MatMul': 'Use a convolution with constant weights',
};

/**
 * Says whether SnapML will take an ONNX file, before anyone opens Lens Studio. Any ONNX file can be checked: none is run.
 * @param file its name, for messages.
 * @throws UserError if it is truncated or not an ONNX file.
 */
export function checkOnnx(content: Uint8Array, file: string): ModelFindings {
  const model = decodeModel(content, file, { external: true });
  const { graph } = model;
  const opset = opsetOf(model);
  const known = inferShapes(model);
  const { names: constants, parameters } = constantsOf(graph, known);
  const tensors = tensorsOf(graph);
  return {
    bytes: content.length + tensors.reduce((bytes, tensor) => bytes + externalBytes(tensor), 0),
    format: `ONNX, operator set ${opset}`,
    operators: graph.nodes.map((node) => ({
      operator: node.opType,
      name: node.name || node.outputs[0],
      mapping: mapOperator({ node, opset, known, constants, parameters }),
    })),
    findings: [
      ...opsetFindings(opset),
      ...orderFindings(graph),
      ...externalFindings(tensors),
      ...valueFindings(model),
      ...constantFindings(graph),
      ...innerFindings(model, known, constants),
    ],
    alternatives: ALTERNATIVES,
  };
}

/** Initializers, and tensors of Constant nodes. */
function tensorsOf({ initializers, nodes }: OnnxGraph): OnnxTensor[] {
  const constants = nodes.flatMap(({ attributes: { value } }) => (value && 'tensor' in value ? [value.tensor] : []));
  return [...initializers, ...constants];
}

/** The operator set of Snap's own export code. */
const KNOWN_OPSET = 11;
/** Operators whose output is indices. */
const PLACES: readonly string[] = ['ArgMax', 'ArgMin'];
/** Longest name of another file that is shown. */
const MAX_LETTERS = 80;
const EXPORT_FLOAT32 = 'Export the model in float32';
const EXPORT_FLOATS: Readonly<Record<number, string>> = {
  [DATA_TYPE.float16]: 'Export the model in float32, without .half() and without a conversion to float16',
};
const OTHER_FLOATS: readonly number[] = [DATA_TYPE.float16, DATA_TYPE.bfloat16, DATA_TYPE.double];

/** About the version of the standard operators. */
function opsetFindings(opset: number): Finding[] {
  if (opset <= KNOWN_OPSET) return [];
  const found = `the operator set is ${opset}; Snap's own export code uses 11, and newer ones are not documented`;
  return [warning(found, 'Export with opset_version=11')];
}

/** About inputs and outputs: see `interfaceFindings`, and their types. */
function valueFindings({ graph, producerName }: OnnxModel): Finding[] {
  const initializers = new Set(graph.initializers.map(({ name }) => name));
  // In ONNX, indices are always int64, and Snap's table has ArgMax.
  const places = new Set(graph.nodes.filter(({ opType }) => PLACES.includes(opType)).flatMap(({ outputs }) => outputs));
  const inputs = graph.inputs.filter(({ name }) => !initializers.has(name));
  const outputs = graph.outputs.filter(({ name, elementType }) => elementType !== DATA_TYPE.int64 || !places.has(name));
  const others = [...inputs, ...outputs].filter(({ elementType }) => elementType !== DATA_TYPE.float);
  return [
    ...others.map(({ name, elementType }) => ({
      node: name,
      ...error(`the type is ${nameOf(elementType)}; expected float32`, EXPORT_FLOATS[elementType] ?? EXPORT_FLOAT32),
    })),
    ...interfaceFindings(inputs, graph.outputs, 1, onnxLayoutAdvice(producerName)),
  ];
}

/** About the constants: dimensions and element types. */
function constantFindings(graph: OnnxGraph): Finding[] {
  return graph.initializers.flatMap(({ name, dims, dataType }) => {
    const findings: Finding[] = [];
    if (dims.length === 3 || dims.length > 4) {
      findings.push({
        node: name,
        ...warning(
          `constant of ${dims.length} dimensions, which some versions of Lens Studio refuse ("constant layer tensor dimensions size must be 1, 2 or 4")`,
          'Give it 1, 2 or 4 dimensions',
        ),
      });
    }
    if (OTHER_FLOATS.includes(dataType)) {
      findings.push({
        node: name,
        ...warning(
          `constant of type ${nameOf(dataType)}; only float32 is known to import`,
          EXPORT_FLOATS[dataType] ?? EXPORT_FLOAT32,
        ),
      });
    }
    return findings;
  });
}

/** About tensors that are used before a node computes them, or that none computes: ONNX wants nodes in order. */
function orderFindings({ inputs, initializers, nodes, outputs }: OnnxGraph): Finding[] {
  // An operand that is left out has no name.
  const known = new Set(['', ...[...inputs, ...initializers].map(({ name }) => name)]);
  const missing = new Set<string>();
  for (const node of nodes) {
    for (const name of node.inputs) if (!known.has(name)) missing.add(name);
    for (const name of node.outputs) known.add(name);
  }
  for (const { name } of outputs) if (!known.has(name)) missing.add(name);
  const problem = error('used, but not computed by any earlier node', 'Export the model again');
  return [...missing].map((name) => ({ node: name, ...problem }));
}

/**
 * About tensors between input and output.
 * @param known of each tensor.
 * @param constants names of those that are the same in each run, which are not activations.
 */
function innerFindings(
  { graph }: OnnxModel,
  known: ReadonlyMap<string, Known>,
  constants: ReadonlySet<string>,
): Finding[] {
  const ends = new Set(graph.outputs.map(({ name }) => name));
  const inner = graph.nodes
    .flatMap(({ outputs }) => outputs)
    .filter((name) => name !== '' && !ends.has(name) && !constants.has(name));
  const unknown = inner.filter((name) => !isFixed(known.get(name)?.shape ?? null));
  const findings = inner.flatMap((name) =>
    innerTensorProblems(known.get(name)?.shape ?? []).map((problem) => ({ node: name, ...problem })),
  );
  if (unknown.length === 0) return findings;
  const [first] = unknown;
  const found = `the file does not state the shapes of ${unknown.length} of its ${inner.length} inner tensors (the first is ${first})`;
  const fix = 'To have more rules checked, export with fixed shapes and fold constants, for example with onnxsim';
  return [...findings, note(found, fix)];
}

/** About weights in another file, which is not opened. */
function externalFindings(tensors: readonly OnnxTensor[]): Finding[] {
  return tensors.flatMap(({ name, external }) =>
    external === undefined
      ? []
      : [
          {
            node: name,
            ...error(
              `the values are in another file, ${JSON.stringify(external.location.slice(0, MAX_LETTERS))}, which is not read; ` +
                'Lens Studio imports a single file',
              `To get one, ${ONE_FILE}`,
            ),
          },
        ],
  );
}

/** Name of an element type, with its common name. */
const nameOf = (code: number) => (code === DATA_TYPE.float16 ? 'float16 (half precision)' : typeName(code));
