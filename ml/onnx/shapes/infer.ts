import { DATA_TYPE, type OnnxModel, type OnnxNode, type OnnxValueInfo } from '../model.ts';
import { FEW } from '../values.ts';
import { countOf, type Facts, type Known, knownOf, type Sides, UNKNOWN } from './known.ts';
import { SHAPE_RULES } from './rules.ts';

/** The version of the standard operators that a model asks for; 0 if it names none. */
export const opsetOf = ({ opsets }: OnnxModel) => opsets.find(({ domain }) => isStandard(domain))?.version ?? 0;

/** Whether a domain is that of ONNX's own operators. */
const isStandard = (domain: string) => domain === '' || domain === 'ai.onnx';

/**
 * Infers what is known of every tensor of a model without running it: shapes after the rules of each operator, and the
 * numbers of small computations of shapes. Takes time and memory in proportion to the file, whatever the file asks for.
 * Where operators or their parameters are unknown, so is the result; the file's own word is taken then.
 * @returns by the tensors' names, inputs and constants included.
 */
export function inferShapes(model: OnnxModel): ReadonlyMap<string, Known> {
  const { graph } = model;
  const opset = opsetOf(model);
  const declared = new Map([...graph.valueInfo, ...graph.outputs].map((value) => [value.name, declaredOf(value)]));
  const known = new Map<string, Known>(graph.inputs.map((value) => [value.name, declaredOf(value)]));
  for (const tensor of graph.initializers) known.set(tensor.name, knownOf(tensor));
  for (const node of graph.nodes) {
    const results = resultsOf(node, opset, known);
    for (const [at, name] of node.outputs.entries()) {
      if (name !== '') known.set(name, completed(results[at] ?? UNKNOWN, declared.get(name)));
    }
  }
  return known;
}

function resultsOf(node: OnnxNode, opset: number, known: ReadonlyMap<string, Known>): readonly Known[] {
  const rule = isStandard(node.domain) ? SHAPE_RULES.get(node.opType) : undefined;
  if (!rule) return [];
  const facts: Facts = {
    node,
    opset,
    input: (place) => known.get(node.inputs[place] ?? '') ?? UNKNOWN,
    has: (place) => (node.inputs[place] ?? '') !== '',
  };
  if (node.inputs.length === 0 && node.opType !== 'Constant') return [];
  const results = rule(facts);
  return Array.isArray(results) ? results : [results as Known];
}

function declaredOf({ elementType, shape }: OnnxValueInfo): Known {
  const sides = shape?.map((side) => (typeof side === 'number' && side > 0 ? side : null)) ?? null;
  return { shape: sides && sides.length <= FEW ? sides : null, type: elementType };
}

/** What was inferred, or else declared; sizes that no tensor has are unknown. */
function completed({ shape, type, values }: Known, declared: Known = UNKNOWN): Known {
  const own: Sides | null =
    shape && shape.length <= FEW
      ? shape.map((side) => (side !== null && Number.isSafeInteger(side) && side >= 0 ? side : null))
      : null;
  const said = declared.shape;
  const sides = own && said?.length === own.length ? own.map((side, at) => side ?? said[at]) : (own ?? said);
  return {
    shape: sides,
    type: type === DATA_TYPE.undefined ? declared.type : type,
    // Numbers that a damaged shape does not fit are none.
    ...(values && sides && values.length <= FEW && countOf(sides) === values.length && { values }),
  };
}
