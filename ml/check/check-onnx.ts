import { decodeModel, externalBytes } from '../onnx/decode.ts';
import type { OnnxGraph, OnnxTensor } from '../onnx/model.ts';
import { inferShapes, opsetOf } from '../onnx/shapes/infer.ts';
import { reportOf } from './assemble-report.ts';
import { constantsOf } from './constants.ts';
import {
  constantFindings,
  externalFindings,
  innerFindings,
  opsetFindings,
  orderFindings,
  valueFindings,
} from './onnx-findings.ts';
import { mapOperator } from './operators.ts';
import type { CheckReport } from './report.ts';
import { sizeFindings } from './size-findings.ts';
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
 * Says whether SnapML will take an ONNX file, before anyone opens Lens Studio. Any ONNX file can be checked: none is run.
 * @param file its name, for messages.
 * @throws UserError if it is truncated or no ONNX file.
 */
export function checkOnnx(content: Uint8Array, file: string): CheckReport {
  const model = decodeModel(content, file, { external: true });
  const { graph } = model;
  const opset = opsetOf(model);
  const known = inferShapes(model);
  const { names: constants, parameters } = constantsOf(graph, known);
  const tensors = tensorsOf(graph);
  return reportOf({
    file,
    bytes: content.length,
    format: `ONNX, operator set ${opset}`,
    operators: graph.nodes.map((node) => ({
      operator: node.opType,
      name: node.name || node.outputs[0],
      mapping: mapOperator({ node, opset, known, constants, parameters }),
    })),
    findings: [
      ...sizeFindings(content.length + tensors.reduce((bytes, tensor) => bytes + externalBytes(tensor), 0)),
      ...opsetFindings(opset),
      ...orderFindings(graph),
      ...externalFindings(tensors),
      ...valueFindings(model),
      ...constantFindings(graph),
      ...innerFindings(model, known, constants),
    ],
    alternatives: ALTERNATIVES,
  });
}

/** Initializers, and tensors of Constant nodes. */
function tensorsOf({ initializers, nodes }: OnnxGraph): OnnxTensor[] {
  const constants = nodes.flatMap(({ attributes: { value } }) => (value && 'tensor' in value ? [value.tensor] : []));
  return [...initializers, ...constants];
}
