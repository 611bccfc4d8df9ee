import { DATA_TYPE, type OnnxGraph } from '../../onnx/model.ts';
import { interfaceFindings } from './interface-findings.ts';
import { error, warning } from './mapping.ts';
import type { Finding } from './report.ts';

/** The operator set of Snap's own export code. */
const KNOWN_OPSET = 11;
const OTHER_FLOATS: readonly number[] = [DATA_TYPE.float16, DATA_TYPE.bfloat16, DATA_TYPE.double];

export function opsetFindings(opset: number): Finding[] {
  if (opset <= KNOWN_OPSET) return [];
  const found = `its operator set is ${opset}; Snap's own export code uses 11, and newer ones are documented nowhere`;
  return [warning(found, 'Export with opset_version=11')];
}

/** What is said of inputs and outputs: see `interfaceFindings`, and floats. */
export function valueFindings(graph: OnnxGraph): Finding[] {
  const initializers = new Set(graph.initializers.map(({ name }) => name));
  const inputs = graph.inputs.filter(({ name }) => !initializers.has(name));
  const others = [...inputs, ...graph.outputs].filter(({ elementType }) => elementType !== DATA_TYPE.float);
  return [
    ...others.map(({ name, elementType }) => ({
      node: name,
      ...error(`it holds no 32-bit floats (ONNX type ${elementType})`, 'Export the model in float32'),
    })),
    ...interfaceFindings(inputs, graph.outputs, 1),
  ];
}

/** What is said of the constants: dimensions and element types. */
export function constantFindings(graph: OnnxGraph): Finding[] {
  return graph.initializers.flatMap(({ name, dims, dataType }) => {
    const findings: Finding[] = [];
    if (dims.length === 3 || dims.length > 4) {
      findings.push({
        node: name,
        ...warning(
          `it is a constant of ${dims.length} dimensions; importers were seen to refuse it ("constant layer tensor dimensions size must be 1, 2 or 4")`,
          'Give it 1, 2 or 4 dimensions',
        ),
      });
    }
    if (OTHER_FLOATS.includes(dataType)) {
      findings.push({
        node: name,
        ...warning(
          `its numbers are no 32-bit floats (ONNX type ${dataType}), and only those are known to import`,
          'Export the model in float32',
        ),
      });
    }
    return findings;
  });
}
