import { decodeModel } from '../../onnx/decode.ts';
import type { OnnxGraph } from '../../onnx/model.ts';
import { reportOf } from './assemble-report.ts';
import { warning } from './mapping.ts';
import { readModelFile, sizeFindings } from './model-file.ts';
import { constantFindings, opsetFindings, valueFindings } from './onnx-findings.ts';
import { mapOperator } from './operators.ts';
import type { CheckReport } from './report.ts';
import { inferShapes } from './shapes.ts';
import type { Layer } from './snapml-layers.ts';

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
 * Says whether SnapML will take an ONNX file, before anyone opens Lens Studio. Any ONNX file can be checked.
 * @throws UserError if the file is missing, far too large, truncated or no ONNX file.
 */
export async function checkOnnx(file: string): Promise<CheckReport> {
  const content = await readModelFile(file);
  const model = decodeModel(content, file);
  const { graph } = model;
  const opset = model.opsets.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 0;
  const constants = constantsOf(graph);
  const { shapes, problem } = await inferShapes(model, constants);
  const unknown = problem
    ? [warning(`the shapes inside are unknown, since ${problem}`, 'Mend that first; some rules could not be checked')]
    : [];
  return reportOf({
    file,
    bytes: content.length,
    format: `ONNX, operator set ${opset}`,
    operators: graph.nodes.map((node) => ({
      operator: node.opType,
      name: node.name || node.outputs[0],
      mapping: mapOperator({ node, opset, shapes, constants }),
    })),
    findings: [
      ...sizeFindings(content.length),
      ...opsetFindings(opset),
      ...valueFindings(graph),
      ...constantFindings(graph),
      ...unknown,
    ],
    alternatives: ALTERNATIVES,
  });
}

/** Initializers, and tensors of Constant nodes. */
function constantsOf(graph: OnnxGraph) {
  const constants = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  for (const { opType, attributes, outputs } of graph.nodes) {
    const value = attributes['value'];
    if (opType === 'Constant' && value && 'tensor' in value) constants.set(outputs[0], value.tensor);
  }
  return constants;
}
