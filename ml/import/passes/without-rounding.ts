import { DATA_TYPE, type OnnxModel, type OnnxNode } from '../../onnx/model.ts';
import { fixedValues, knownOf } from '../../onnx/shapes/known.ts';
import { Edit, nodeOf } from './edit.ts';

/** Least and greatest number of each type of 8 bits. */
const RANGES: Readonly<Record<number, readonly [number, number]>> = {
  [DATA_TYPE.uint8]: [0, 255],
  [DATA_TYPE.int8]: [-128, 127],
};

/**
 * The network of floats that one of 8-bit integers in QDQ form stands for: activations keep their numbers instead of going
 * through QuantizeLinear and DequantizeLinear. Where the integers begin at 0, they also clip as ReLU does, and above by their
 * greatest number, so that is kept. Answers change by the rounding.
 */
export function withoutRounding(model: OnnxModel): OnnxModel {
  const edit = new Edit(model);
  const replacements = new Map<string, string>();
  const nodes = model.graph.nodes.flatMap((node): readonly OnnxNode[] => {
    const { opType, inputs, outputs } = node;
    if (opType === 'DequantizeLinear' && edit.producer(inputs[0])?.opType === 'QuantizeLinear') {
      replacements.set(outputs[0], inputs[0]);
      return [];
    }
    if (opType !== 'QuantizeLinear' || edit.constant(inputs[0])) return [node];
    // Probabilities are never above 1.
    const high = edit.producer(inputs[0])?.opType === 'Softmax' ? undefined : greatestOf(node, edit);
    if (high !== undefined) return [nodeOf('Clip', [inputs[0], edit.addFloats(0), edit.addFloats(high)], outputs[0])];
    replacements.set(outputs[0], inputs[0]);
    return [];
  });
  return edit.finish(nodes, {}, replacements);
}

/** The greatest number of integers that begin at 0. */
function greatestOf({ inputs }: OnnxNode, edit: Edit): number | undefined {
  const [scale] = edit.floats(inputs[1])?.values ?? [];
  const zero = edit.constant(inputs[2]);
  const [least, greatest] = RANGES[zero?.dataType ?? DATA_TYPE.undefined] ?? [];
  const [zeroPoint] = (zero && fixedValues(knownOf(zero))) ?? [];
  return scale === undefined || zeroPoint !== least || greatest === undefined ? undefined : scale * (greatest - least);
}
