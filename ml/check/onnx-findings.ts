import { ONE_FILE } from '../onnx/decode.ts';
import { DATA_TYPE, type OnnxGraph, type OnnxModel, type OnnxTensor, typeName } from '../onnx/model.ts';
import { isFixed, type Known } from '../onnx/shapes/known.ts';
import { interfaceFindings } from './interface-findings.ts';
import { onnxLayoutAdvice } from './layout-findings.ts';
import { error, info, warning } from './mapping.ts';
import type { Finding } from './report.ts';
import { innerTensorProblems } from './tensor-findings.ts';

/** The operator set of Snap's own export code. */
const KNOWN_OPSET = 11;
/** Operators whose answers are places. */
const PLACES: readonly string[] = ['ArgMax', 'ArgMin'];
/** Longest name of another file that is shown. */
const MOST_LETTERS = 80;
const EXPORT_FLOAT32 = 'Export the model in float32';
const EXPORT_FLOATS: Readonly<Record<number, string>> = {
  [DATA_TYPE.float16]: 'Export the model in float32, without .half() and without a conversion to float16',
};
const OTHER_FLOATS: readonly number[] = [DATA_TYPE.float16, DATA_TYPE.bfloat16, DATA_TYPE.double];

/** What is said of the version of the standard operators. */
export function opsetFindings(opset: number): Finding[] {
  if (opset <= KNOWN_OPSET) return [];
  const found = `its operator set is ${opset}; Snap's own export code uses 11, and newer ones are documented nowhere`;
  return [warning(found, 'Export with opset_version=11')];
}

/** What is said of inputs and outputs: see `interfaceFindings`, and floats. */
export function valueFindings({ graph, producerName }: OnnxModel): Finding[] {
  const initializers = new Set(graph.initializers.map(({ name }) => name));
  // ONNX has places as int64 alone, and Snap's table has ArgMax.
  const places = new Set(graph.nodes.filter(({ opType }) => PLACES.includes(opType)).flatMap(({ outputs }) => outputs));
  const inputs = graph.inputs.filter(({ name }) => !initializers.has(name));
  const outputs = graph.outputs.filter(({ name, elementType }) => elementType !== DATA_TYPE.int64 || !places.has(name));
  const others = [...inputs, ...outputs].filter(({ elementType }) => elementType !== DATA_TYPE.float);
  return [
    ...others.map(({ name, elementType }) => ({
      node: name,
      ...error(`it holds ${nameOf(elementType)}; float32 is expected`, EXPORT_FLOATS[elementType] ?? EXPORT_FLOAT32),
    })),
    ...interfaceFindings(inputs, graph.outputs, 1, onnxLayoutAdvice(producerName)),
  ];
}

/** What is said of the constants: dimensions and element types. */
export function constantFindings(graph: OnnxGraph): Finding[] {
  return graph.initializers.flatMap(({ name, dims, dataType }) => {
    const findings: Finding[] = [];
    if (dims.length === 3 || dims.length > 4) {
      findings.push({
        node: name,
        ...warning(
          `it is a constant of ${dims.length} dimensions; importers were seen to refuse it ("constant layer tensor dimensions size must be 1, 2 or 4")`,
          'Give it 1, 2 or 4 dimensions',
        ),
      });
    }
    if (OTHER_FLOATS.includes(dataType)) {
      findings.push({
        node: name,
        ...warning(
          `its numbers are ${nameOf(dataType)}, and only float32 is known to import`,
          EXPORT_FLOATS[dataType] ?? EXPORT_FLOAT32,
        ),
      });
    }
    return findings;
  });
}

/** What is said of tensors that are used before a node gives them, or that none gives: ONNX wants nodes in order. */
export function orderFindings({ inputs, initializers, nodes, outputs }: OnnxGraph): Finding[] {
  // An operand that is left out has no name.
  const known = new Set(['', ...[...inputs, ...initializers].map(({ name }) => name)]);
  const missing = new Set<string>();
  for (const node of nodes) {
    for (const name of node.inputs) if (!known.has(name)) missing.add(name);
    for (const name of node.outputs) known.add(name);
  }
  for (const { name } of outputs) if (!known.has(name)) missing.add(name);
  const problem = error('it is used, but no node before gives it', 'Export the model again');
  return [...missing].map((name) => ({ node: name, ...problem }));
}

/**
 * What is said of tensors between input and output.
 * @param known of each tensor.
 * @param constants names of those that are the same in each run, which are no maps.
 */
export function innerFindings(
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
  const found = `the file does not tell the shapes of ${unknown.length} of its ${inner.length} inner tensors, the first of which is ${first}`;
  const wayOut =
    'Export with fixed shapes, and fold what is constant, for example with onnxsim, to have more rules checked';
  return [...findings, info(found, wayOut)];
}

/** What is said of weights that lie in another file; it is not looked for. */
export function externalFindings(tensors: readonly OnnxTensor[]): Finding[] {
  return tensors.flatMap(({ name, external }) =>
    external === undefined
      ? []
      : [
          {
            node: name,
            ...error(
              `its numbers lie in another file, ${JSON.stringify(external.slice(0, MOST_LETTERS))}, which is not read; ` +
                'Lens Studio imports one file',
              `To have one, ${ONE_FILE}`,
            ),
          },
        ],
  );
}

/** Name of an element type, with the word that people know it by. */
const nameOf = (code: number) => (code === DATA_TYPE.float16 ? 'float16 (half precision)' : typeName(code));
