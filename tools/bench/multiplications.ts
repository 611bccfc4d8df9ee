import { decodeModel } from '../../ml/onnx/decode.ts';
import { inferShapes } from '../../ml/onnx/shapes/infer.ts';
import { isFixed } from '../../ml/onnx/shapes/known.ts';
import { int } from '../../ml/onnx/values.ts';

/**
 * Multiplications of one run of an ONNX model: those of its convolutions and matrix products.
 * @param file its name, for messages.
 * @throws Error if a size in it is not fixed.
 */
export function multiplicationsOf(bytes: Uint8Array, file: string): number {
  const model = decodeModel(bytes, file);
  const known = inferShapes(model);
  const sidesOf = (tensor: string): readonly number[] => {
    const shape = known.get(tensor)?.shape ?? null;
    if (!isFixed(shape)) throw new Error(`${file}: the shape of ${tensor} is not fixed`);
    return shape;
  };
  const product = (sides: readonly number[]) => sides.reduce((count, side) => count * side, 1);
  return model.graph.nodes.reduce((sum, node) => {
    const { opType, inputs, outputs } = node;
    if (opType === 'Conv') return sum + product(sidesOf(outputs[0])) * product(sidesOf(inputs[1]).slice(1));
    if (opType !== 'Gemm' && opType !== 'MatMul') return sum;
    const shared = int({ node }, 'transA', 0) === 1 ? 0 : -1;
    return sum + product(sidesOf(outputs[0])) * sidesOf(inputs[0]).at(shared)!;
  }, 0);
}
