import { readTflite } from '../tflite/read.ts';
import { reportOf } from './assemble-report.ts';
import { PARAMETER } from './mapping.ts';
import type { CheckReport } from './report.ts';
import { sizeFindings } from './size-findings.ts';
import type { Layer } from './snapml-layers.ts';
import { constantsOf, nameOf } from './tflite-context.ts';
import { tensorFindings, tfliteInterfaceFindings, wiringFindings } from './tflite-findings.ts';
import { quantizationProblems } from './tflite-quantization.ts';
import { mapTfliteOperator } from './tflite-rules.ts';

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
 * @throws UserError if it is truncated or no TensorFlow Lite file of schema version 3.
 */
export function checkTflite(content: Uint8Array, file: string): CheckReport {
  const model = readTflite(content, file);
  const constants = constantsOf(model);
  return reportOf({
    file,
    bytes: content.length,
    format: `TensorFlow Lite, schema version ${model.version}`,
    operators: model.operators.map((operator) => {
      const mapping = mapTfliteOperator({ operator, model, constants });
      const { layer, problems = [] } = mapping;
      // What is no layer need not be quantized well.
      const quantization = layer === null || layer === PARAMETER ? [] : quantizationProblems(operator);
      return {
        operator: operator.custom ? `${operator.name} ${operator.custom}` : operator.name,
        name: nameOf(operator),
        mapping: { ...mapping, problems: [...problems, ...quantization] },
      };
    }),
    findings: [
      ...sizeFindings(content.length),
      ...tfliteInterfaceFindings(model),
      ...tensorFindings(model, constants),
      ...wiringFindings(model),
    ],
    alternatives: ALTERNATIVES,
  });
}
