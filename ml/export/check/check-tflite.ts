import { readTflite } from '../../tflite/read.ts';
import { reportOf } from './assemble-report.ts';
import { sizeFindings } from './model-file.ts';
import type { CheckReport } from './report.ts';
import type { Layer } from './snapml-layers.ts';
import { nameOf } from './tflite-context.ts';
import { tensorFindings, tfliteInterfaceFindings, wiringFindings } from './tflite-findings.ts';
import { quantizationProblems } from './tflite-quantization.ts';
import { mapTfliteOperator } from './tflite-rules.ts';

/** What to use in place of layers that do not run everywhere. */
const ALTERNATIVES: Partial<Record<Layer, string>> = {
  Reshape: 'Use a 1×1 CONV_2D after the pooling in place of RESHAPE and FULLY_CONNECTED',
  ReduceMean: 'Use MEAN over height and width that keeps its dimensions',
  'Batch MatMul': 'Use CONV_2D with constant weights',
};

/**
 * Says whether SnapML will take a TensorFlow Lite file of floats or 8-bit numbers, before anyone opens Lens Studio.
 * @param file its name, for messages.
 * @throws UserError if it is truncated or no TensorFlow Lite file of schema version 3.
 */
export function checkTflite(content: Uint8Array, file: string): CheckReport {
  const model = readTflite(content, file);
  return reportOf({
    file,
    bytes: content.length,
    format: `TensorFlow Lite, schema version ${model.version}`,
    operators: model.operators.map((operator) => {
      const { problems = [], ...mapping } = mapTfliteOperator({ operator, model });
      return {
        operator: operator.name,
        name: nameOf(operator),
        mapping: { ...mapping, problems: [...problems, ...quantizationProblems(operator)] },
      };
    }),
    findings: [
      ...sizeFindings(content.length),
      ...tfliteInterfaceFindings(model),
      ...tensorFindings(model),
      ...wiringFindings(model),
    ],
    alternatives: ALTERNATIVES,
  });
}
