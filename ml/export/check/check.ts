import { UserError } from '../../core/errors.ts';
import { fileSize, readBytes } from '../../core/files.ts';
import { decodeModel } from '../../onnx/decode.ts';
import { DATA_TYPE, type OnnxGraph, type OnnxModel, type OnnxValueInfo } from '../../onnx/model.ts';
import { mapOperator } from './operators.ts';
import type { CheckReport, Finding } from './report.ts';
import { inferShapes } from './shapes.ts';
import { LAYERS, type Layer, PLATFORMS, type Platform } from './snapml-layers.ts';

/** All ML assets of a lens together, by Snap's rules. */
const ML_ASSETS_BYTES = 10_000_000;
/** Nothing larger is read: it is no model for a lens. */
const MOST_BYTES = 200_000_000;
/** The operator set of Snap's own export code. */
const KNOWN_OPSET = 11;

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
    const name = node.name || node.outputs[0];
    const platforms = layer === null ? [] : LAYERS[layer].filter((platform) => !except.includes(platform));
    runs = runs.filter((platform) => platforms.includes(platform));
    findings.push(...problems.map((finding) => ({ ...finding, node: `${node.opType} ${name}` })));
    if (layer !== null && platforms.length < PLATFORMS.length && problems.length === 0) {
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

function fileFindings(bytes: number, opset: number): Finding[] {
  const findings: Finding[] = [];
  if (bytes > ML_ASSETS_BYTES) {
    findings.push({
      severity: 'error',
      message: `it has ${bytes.toLocaleString('en')} bytes; all ML assets of a lens together have 10 MB at most`,
      wayOut: 'Choose a smaller network, a smaller width, or 8-bit TFLite',
    });
  }
  if (opset > KNOWN_OPSET) {
    findings.push({
      severity: 'warning',
      message: `its operator set is ${opset}; Snap's own export code uses 11, and newer ones are documented nowhere`,
      wayOut: 'Export with opset_version=11',
    });
  }
  return findings;
}

/** Inputs and outputs: static shapes, one image, floats, plain names. */
function valueFindings(graph: OnnxGraph): Finding[] {
  const initializers = new Set(graph.initializers.map(({ name }) => name));
  const inputs = graph.inputs.filter(({ name }) => !initializers.has(name));
  const findings = [...inputs, ...graph.outputs].flatMap(shapeFindings);
  for (const { name, shape } of inputs) {
    if (shape?.length === 4 && typeof shape[1] === 'number' && shape[1] > 4) {
      findings.push({
        severity: 'warning',
        node: name,
        message: `it has ${shape[1]} channels`,
        wayOut: 'A texture has 1 to 4; if this is no image, fill its data by script',
      });
    }
    if (typeof shape?.[0] === 'number' && shape[0] !== 1) {
      findings.push({
        severity: 'error',
        node: name,
        message: `its batch is ${shape[0]}`,
        wayOut: 'Export with batch 1',
      });
    }
  }
  return findings;
}

function shapeFindings({ name, elementType, shape }: OnnxValueInfo): Finding[] {
  const findings: Finding[] = [];
  if (!shape || shape.some((side) => typeof side !== 'number')) {
    findings.push({
      severity: 'error',
      node: name,
      message: `its shape [${shape?.map((side) => side ?? '?') ?? 'unknown'}] is not fixed, which Lens Studio refuses ("dimensions should be non-negative")`,
      wayOut: 'Export with fixed shapes, without dynamic_axes',
    });
  }
  if (elementType !== DATA_TYPE.float) {
    findings.push({
      severity: 'error',
      node: name,
      message: `it holds no 32-bit floats (ONNX type ${elementType})`,
      wayOut: 'Export the model in float32',
    });
  }
  if (!/^[A-Za-z_]\w*$/.test(name)) {
    findings.push({
      severity: 'warning',
      node: name,
      message: 'its name is no plain word, and scripts find it by its name',
      wayOut: 'Name inputs and outputs with letters, digits and _',
    });
  }
  return findings;
}

function constantFindings(graph: OnnxGraph): Finding[] {
  return graph.initializers
    .filter(({ dims }) => dims.length === 3 || dims.length > 4)
    .map(({ name, dims }) => ({
      severity: 'warning',
      node: name,
      message: `it is a constant of ${dims.length} dimensions; importers were seen to refuse it ("constant layer tensor dimensions size must be 1, 2 or 4")`,
      wayOut: 'Give it 1, 2 or 4 dimensions',
    }));
}

/** Initializers, and tensors of Constant nodes. */
function constantsOf(graph: OnnxModel['graph']) {
  const constants = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  for (const { opType, attributes, outputs } of graph.nodes) {
    const value = attributes['value'];
    if (opType === 'Constant' && value && 'tensor' in value) constants.set(outputs[0], value.tensor);
  }
  return constants;
}
