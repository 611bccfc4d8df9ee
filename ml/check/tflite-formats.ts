import type { TfliteTensor } from '../tflite/model.ts';
import { error, PARAMETER, type Problem, warning } from './mapping.ts';
import { dataOf, type TfliteRule } from './tflite-context.ts';

/** Types of quantized maps. */
const QUANTIZED: readonly TfliteTensor['type'][] = ['INT8', 'UINT8', 'INT16'];

/** What is said of weights in a format that is turned into floats before they are used. */
const WEIGHTS: Partial<Record<TfliteTensor['type'], Problem>> = {
  FLOAT16: warning(
    'these are float16 weights (half precision); Snap documents float32 and 8 bits alone, so that nobody can say whether Lens Studio takes them',
    'Convert in float32, without target_spec.supported_types = [tf.float16], or in int8 with a representative_dataset',
  ),
};
const SMALL_WEIGHTS = warning(
  'these weights have few bits and are turned into floats where they are used, which Snap documents nowhere',
  'Quantize the whole network with a representative_dataset, or keep it in float32',
);

/**
 * A change of number format is no layer: it belongs to the weights, to what feeds the network, or to what reads its answer.
 * What rescales in between is one that Snap does not speak of.
 */
export const conversion: TfliteRule = ({ operator, model, constants }) => {
  const input = dataOf(operator);
  const output = operator.outputs[0] ?? undefined;
  if (input && constants.has(input)) return { layer: PARAMETER, problems: [WEIGHTS[input.type] ?? SMALL_WEIGHTS] };
  const atInput = operator.inputs.some((tensor) => tensor && model.inputs.includes(tensor));
  const atOutput = operator.outputs.some((tensor) => tensor && model.outputs.includes(tensor));
  if (atInput || atOutput) return { layer: 'Linear' };
  if (input && output && QUANTIZED.includes(input.type) && QUANTIZED.includes(output.type)) {
    const scaleOf = ({ type, scale }: TfliteTensor) => `${type.toLowerCase()} of the scale ${scale[0]}`;
    const found = `it rescales ${scaleOf(input)} to ${scaleOf(output)}, and Snap's table says nothing of such a layer`;
    return {
      layer: 'Linear',
      problems: [warning(found, 'Try it in Lens Studio; if it is refused, give both sides one scale, or use float32')],
    };
  }
  const found = `${operator.name} inside of the network is no layer of SnapML`;
  return { layer: null, problems: [error(found, 'Convert the whole network in one number format, int8 or float32')] };
};
