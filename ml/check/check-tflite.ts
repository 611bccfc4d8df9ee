import { sizeOf } from '../nn/graph.ts';
import type { TfliteModel, TfliteTensor } from '../tflite/model.ts';
import { readTflite } from '../tflite/read.ts';
import { error, type Finding, type Problem, warning } from './finding.ts';
import { type Layer, type ModelFindings, PARAMETER } from './snapml.ts';
import { innerTensorProblems, interfaceFindings, tfliteLayoutAdvice } from './tensor-findings.ts';
import { constantsOf, isConstant, nameOf } from './tflite-context.ts';
import { mapTfliteOperator } from './tflite-operators.ts';
import { quantizationProblems, scaleProblems } from './tflite-quantization.ts';

/** What to use in place of layers that do not run everywhere. */
const ALTERNATIVES: Partial<Record<Layer, string>> = {
  'Eltwise Div': 'Use MUL by the reciprocal',
  'Eltwise Sub': 'Use ADD of the negative',
  Reshape: 'Use a 1×1 CONV_2D after the pooling in place of RESHAPE and FULLY_CONNECTED',
  ReduceMean: 'Use MEAN over height and width, no other axes',
  'Batch MatMul': 'Use CONV_2D with constant weights',
};

/**
 * Says whether SnapML will take a TensorFlow Lite file of floats or 8-bit numbers, before anyone opens Lens Studio.
 * @param file its name, for messages.
 * @throws UserError if it is truncated or not a TensorFlow Lite file of schema version 3.
 */
export function checkTflite(content: Uint8Array, file: string): ModelFindings {
  const model = readTflite(content, file);
  const constants = constantsOf(model);
  return {
    bytes: content.length,
    format: `TensorFlow Lite, schema version ${model.version}`,
    operators: model.operators.map((operator) => {
      const mapping = mapTfliteOperator({ operator, model, constants });
      const { layer, problems = [] } = mapping;
      // An operator that does not become a layer need not be quantized well.
      const quantization = layer === null || layer === PARAMETER ? [] : quantizationProblems(operator);
      return {
        operator: operator.custom ? `${operator.name} ${operator.custom}` : operator.name,
        name: nameOf(operator),
        mapping: { ...mapping, problems: [...problems, ...quantization] },
      };
    }),
    findings: [...portFindings(model), ...tensorFindings(model, constants), ...wiringFindings(model)],
    alternatives: ALTERNATIVES,
  };
}

/** Types that Snap names for a model's input and output. */
const INTENDED: readonly TfliteTensor['type'][] = ['FLOAT32', 'UINT8'];

/** Operators whose output is indices. */
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
function portFindings({ inputs, outputs, operators }: TfliteModel): Finding[] {
  // Snap's table has ArgMax, and its places are whole numbers.
  const places = new Set(operators.filter(({ name }) => PLACES.includes(name)).flatMap(({ outputs: found }) => found));
  const given = [inputs, outputs].map((list) => list.filter((tensor) => tensor !== null));
  const [fed, read] = given;
  const missing = given.some((list) => list.length === 0)
    ? [error('the model has no input or no output', 'Convert it again')]
    : [];
  return [
    ...missing,
    ...[...fed, ...read.filter((tensor) => !places.has(tensor))].flatMap((tensor) =>
      portProblems(tensor).map((problem) => ({ node: tensor.name, ...problem })),
    ),
    ...interfaceFindings(fed, read, 3, tfliteLayoutAdvice),
  ];
}

function portProblems({ type, shapeSignature }: TfliteTensor): Problem[] {
  const problems: Problem[] = [];
  if (type === 'INT8') {
    const fix = 'Convert the model with uint8 or float32 inputs and outputs';
    problems.push(warning('the type is int8; Snap only documents uint8 and float32', fix));
  } else if (!INTENDED.includes(type)) {
    const found = `the type is ${type.toLowerCase()}; expected float32 or uint8`;
    problems.push(error(found, 'Convert the model with float32 inputs and outputs'));
  }
  if (shapeSignature) {
    const found = `the shape may change to [${shapeSignature}], where -1 is any size`;
    problems.push(warning(found, 'Convert the model with a fixed shape and batch 1'));
  }
  return problems;
}

/**
 * What is said of each tensor: its scales, whether a constant has all of its numbers, and the size of what is computed.
 * @param constants tensors that are the same in each run.
 */
function tensorFindings({ tensors, inputs, outputs }: TfliteModel, constants: ReadonlySet<TfliteTensor>): Finding[] {
  const ends = new Set([...inputs, ...outputs]);
  return tensors.flatMap((tensor) => {
    const problems = [...scaleProblems(tensor)];
    if (!ends.has(tensor) && !constants.has(tensor)) problems.push(...innerTensorProblems(tensor.shape));
    const size = BYTES[tensor.type];
    const expected = size === undefined ? undefined : size * sizeOf(tensor.shape);
    if (isConstant(tensor) && expected !== undefined && tensor.data.length !== expected) {
      const found = `${tensor.data.length} bytes; the shape [${tensor.shape}] takes ${expected}`;
      problems.push(error(found, 'Convert the model again, without sparse weights'));
    }
    return problems.map((problem) => ({ node: tensor.name, ...problem }));
  });
}

/** Tensors that operators read, or the model gives, but that nothing computes before. */
function wiringFindings({ inputs, outputs, operators }: TfliteModel): Finding[] {
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
  const problem = error('used, but not computed by any earlier operator', 'Convert the model again');
  return [...missing].map(({ name }) => ({ node: name, ...problem }));
}
