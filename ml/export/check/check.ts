import { UserError } from '../../core/errors.ts';
import { fileSize, readBytes } from '../../core/files.ts';
import { decodeModel } from '../../onnx/decode.ts';
import type { OnnxGraph } from '../../onnx/model.ts';
import { constantFindings, fileFindings, valueFindings } from './model-findings.ts';
import { mapOperator } from './operators.ts';
import type { CheckReport } from './report.ts';
import { inferShapes } from './shapes.ts';
import { LAYERS, type Layer, PLATFORMS, type Platform } from './snapml-layers.ts';

/** Nothing larger is read: it is no model for a lens. */
const MOST_BYTES = 100_000_000;

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
  const bytes = await fileSize(file);
  if (bytes > MOST_BYTES) {
    throw new UserError(
      `${file} has ${bytes.toLocaleString('en')} bytes; all ML assets of a lens have 10,000,000 at most, so choose a smaller network`,
    );
  }
  const model = decodeModel(await readBytes(file), file);
  const opset = model.opsets.find(({ domain }) => domain === '' || domain === 'ai.onnx')?.version ?? 0;
  const { shapes, problem } = await inferShapes(model);
  const findings = [...fileFindings(bytes, opset), ...valueFindings(model.graph), ...constantFindings(model.graph)];
  if (problem) {
    findings.push({
      severity: 'warning',
      message: `the shapes inside are unknown, since ${problem}`,
      wayOut: 'Mend that first; some rules could not be checked',
    });
  }
  const operators = new Map<string, CheckReport['operators'][number]>();
  const constants = constantsOf(model.graph);
  let runs: readonly Platform[] = PLATFORMS;
  for (const node of model.graph.nodes) {
    const { layer, except = [], problems = [] } = mapOperator({ node, opset, shapes, constants });
    const name = node.name || node.outputs[0] || 'without a name';
    const refused = layer === null || problems.some(({ severity }) => severity === 'error');
    const platforms = refused ? [] : LAYERS[layer].filter((platform) => !except.includes(platform));
    runs = runs.filter((platform) => platforms.includes(platform));
    findings.push(...problems.map((finding) => ({ ...finding, node: `${node.opType} ${name}` })));
    if (!refused && platforms.length < PLATFORMS.length && problems.length === 0) {
      const missing = PLATFORMS.filter((platform) => !platforms.includes(platform));
      findings.push({
        severity: 'warning',
        node: `${node.opType} ${name}`,
        message: `it does not run on ${missing.join(', ')}, which costs speed there`,
        wayOut: ALTERNATIVES[layer] ?? 'Leave it if the model is fast enough there',
      });
    }
    const key = `${node.opType} ${layer} ${platforms}`;
    const row = operators.get(key) ?? { operator: node.opType, layer, count: 0, platforms: [...platforms] };
    operators.set(key, { ...row, count: row.count + 1 });
  }
  return {
    file,
    bytes,
    opset,
    operators: [...operators.values()],
    platforms: [...runs],
    findings,
    accepted: !findings.some(({ severity }) => severity === 'error'),
  };
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
