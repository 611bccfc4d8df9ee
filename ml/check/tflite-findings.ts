import { sizeOf } from '../nn/graph.ts';
import type { TfliteModel, TfliteTensor } from '../tflite/model.ts';
import { interfaceFindings } from './interface-findings.ts';
import { tfliteLayoutAdvice } from './layout-findings.ts';
import { error, type Problem, warning } from './mapping.ts';
import type { Finding } from './report.ts';
import { innerTensorProblems } from './tensor-findings.ts';
import { isConstant } from './tflite-context.ts';
import { scaleProblems } from './tflite-quantization.ts';

/** Types that Snap names for a model's input and output. */
const INTENDED: readonly TfliteTensor['type'][] = ['FLOAT32', 'UINT8'];

/** Operators whose answers are places. */
const PLACES: readonly string[] = ['ARG_MAX', 'ARG_MIN'];

/** Bytes of one number. */
const BYTES: Partial<Record<TfliteTensor['type'], number>> = {
  FLOAT32: 4,
  FLOAT16: 2,
  INT32: 4,
  INT64: 8,
  INT16: 2,
  UINT8: 1,
  INT8: 1,
};

/** What is said of inputs and outputs: see `interfaceFindings`, their types, and sides that may change. */
export function tfliteInterfaceFindings({ inputs, outputs, operators }: TfliteModel): Finding[] {
  // Snap's table has ArgMax, and its places are whole numbers.
  const places = new Set(operators.filter(({ name }) => PLACES.includes(name)).flatMap(({ outputs: found }) => found));
  const given = [inputs, outputs].map((list) => list.filter((tensor) => tensor !== null));
  const [fed, read] = given;
  const missing = given.some((list) => list.length === 0)
    ? [error('it has no input or no output', 'Convert the model again')]
    : [];
  return [
    ...missing,
    ...[...fed, ...read.filter((tensor) => !places.has(tensor))].flatMap((tensor) =>
      edgeProblems(tensor).map((problem) => ({ node: tensor.name, ...problem })),
    ),
    ...interfaceFindings(fed, read, 3, tfliteLayoutAdvice),
  ];
}

function edgeProblems({ type, shapeSignature }: TfliteTensor): Problem[] {
  const problems: Problem[] = [];
  if (type === 'INT8') {
    const wayOut = 'Convert the model with uint8 or float32 at its ends';
    problems.push(warning('it is of type int8; uint8 and float32 are known to be intended', wayOut));
  } else if (!INTENDED.includes(type)) {
    const found = `it is of type ${type.toLowerCase()}, expected float32 or uint8`;
    problems.push(error(found, 'Convert the model with float32 at its ends'));
  }
  if (shapeSignature) {
    const found = `its shape may change to [${shapeSignature}], where -1 is any size`;
    problems.push(warning(found, 'Convert the model with a fixed shape and batch 1'));
  }
  return problems;
}

/**
 * What is said of each tensor: its scales, whether a constant has all of its numbers, and the size of what is computed.
 * @param constants tensors that are the same in each run.
 */
export function tensorFindings(
  { tensors, inputs, outputs }: TfliteModel,
  constants: ReadonlySet<TfliteTensor>,
): Finding[] {
  const ends = new Set([...inputs, ...outputs]);
  return tensors.flatMap((tensor) => {
    const problems = [...scaleProblems(tensor)];
    if (!ends.has(tensor) && !constants.has(tensor)) problems.push(...innerTensorProblems(tensor.shape));
    const size = BYTES[tensor.type];
    const expected = size === undefined ? undefined : size * sizeOf(tensor.shape);
    if (isConstant(tensor) && expected !== undefined && tensor.data.length !== expected) {
      const found = `it has ${tensor.data.length} bytes; its shape [${tensor.shape}] takes ${expected}`;
      problems.push(error(found, 'Convert the model again, without sparse weights'));
    }
    return problems.map((problem) => ({ node: tensor.name, ...problem }));
  });
}

/** Tensors that operators read, or the model gives, but that nothing computes before. */
export function wiringFindings({ inputs, outputs, operators }: TfliteModel): Finding[] {
  const known = new Set(inputs);
  const missing = new Set<TfliteTensor>();
  const use = (tensor: TfliteTensor | null) => {
    if (tensor && !known.has(tensor) && !isConstant(tensor)) missing.add(tensor);
  };
  for (const operator of operators) {
    operator.inputs.forEach(use);
    for (const output of operator.outputs) known.add(output);
  }
  outputs.forEach(use);
  const problem = error('it is used, but nothing computes it before', 'Convert the model again');
  return [...missing].map(({ name }) => ({ node: name, ...problem }));
}
