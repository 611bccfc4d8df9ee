import { DATA_TYPE, type OnnxGraph, type OnnxValueInfo } from '../../onnx/model.ts';
import type { Finding } from './report.ts';

/** All ML assets of a lens together, by Snap's rules. */
const ML_ASSETS_BYTES = 10_000_000;
/** The operator set of Snap's own export code. */
const KNOWN_OPSET = 11;
const OTHER_FLOATS: readonly number[] = [DATA_TYPE.float16, DATA_TYPE.bfloat16, DATA_TYPE.double];

/** What is said of the file as a whole: its size and operator set. */
export function fileFindings(bytes: number, opset: number): Finding[] {
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

/** What is said of inputs and outputs: static shapes, one image, floats, plain names. */
export function valueFindings(graph: OnnxGraph): Finding[] {
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
    if (shape && shape.length > 1 && isSize(shape[0]) && shape[0] !== 1) {
      findings.push({
        severity: 'error',
        node: name,
        message: `its batch is ${shape[0]}`,
        wayOut: 'Export with batch 1',
      });
    }
  }
  if (graph.outputs.length > 1) {
    findings.push({
      severity: 'info',
      message: `it has ${graph.outputs.length} outputs (${graph.outputs.map(({ name }) => name).join(', ')})`,
      wayOut: 'Read each in the script by its name',
    });
  }
  return findings;
}

const isSize = (side: number | string | null): side is number => typeof side === 'number' && side > 0;

function shapeFindings({ name, elementType, shape }: OnnxValueInfo): Finding[] {
  const findings: Finding[] = [];
  if (!shape?.every(isSize)) {
    findings.push({
      severity: 'error',
      node: name,
      message: `its shape [${shape?.map((side) => side ?? '?') ?? 'unknown'}] is not fixed, which Lens Studio refuses ("dimensions should be non-negative")`,
      wayOut: 'Export with fixed shapes, without dynamic_axes',
    });
  }
  if (shape && shape.length > 4) {
    findings.push({
      severity: 'error',
      node: name,
      message: `it has ${shape.length} dimensions; Lens Studio knows batch, channels, height and width`,
      wayOut: 'Reshape it to at most 4 dimensions',
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

/** What is said of the constants: dimensions and element types. */
export function constantFindings(graph: OnnxGraph): Finding[] {
  return graph.initializers.flatMap(({ name, dims, dataType }) => {
    const findings: Finding[] = [];
    if (dims.length === 3 || dims.length > 4) {
      findings.push({
        severity: 'warning',
        node: name,
        message: `it is a constant of ${dims.length} dimensions; importers were seen to refuse it ("constant layer tensor dimensions size must be 1, 2 or 4")`,
        wayOut: 'Give it 1, 2 or 4 dimensions',
      });
    }
    if (OTHER_FLOATS.includes(dataType)) {
      findings.push({
        severity: 'warning',
        node: name,
        message: `its numbers are no 32-bit floats (ONNX type ${dataType}), and only those are known to import`,
        wayOut: 'Export the model in float32',
      });
    }
    return findings;
  });
}
