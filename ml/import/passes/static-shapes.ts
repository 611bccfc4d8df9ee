import { UserError } from '../../core/errors.ts';
import { DATA_TYPE, type OnnxModel } from '../../onnx/model.ts';
import { inferShapes } from '../../onnx/shapes/infer.ts';
import { fedInputs, integerTensor, withGraph } from './edit.ts';

/**
 * Fixes the sizes that the inputs leave open: the batch becomes 1. What the file says of inner tensors is dropped, since it
 * may name open sizes, and what nodes compute of shapes becomes constant.
 * @param side height and width of images that leave them open.
 * @throws UserError if an input has another open size.
 */
export function fixShapes(model: OnnxModel, file: string, side?: number): OnnxModel {
  const inputs = fedInputs(model).map((input) => {
    const shape = input.shape?.map((size, axis) => {
      if (typeof size === 'number' && size > 0) return size;
      return axis === 0 ? 1 : (side ?? null);
    });
    if (!shape || shape.includes(null)) {
      const shown = input.shape?.map((size) => size ?? '?').join(',') ?? 'unknown';
      throw new UserError(
        `${file}: the input ${JSON.stringify(input.name)} has the shape [${shown}]; give the side of its pictures, for example --size 224`,
      );
    }
    return { ...input, shape };
  });
  const outputs = model.graph.outputs.map(({ name, elementType }) => ({ name, elementType, shape: null }));
  return shapesAsConstants(withGraph(model, { inputs, outputs, valueInfo: [] }));
}

/** Constants in place of nodes whose few whole numbers are known: shapes, axes and the like. */
function shapesAsConstants(model: OnnxModel): OnnxModel {
  const known = inferShapes(model);
  const constants = new Map(model.graph.initializers.map((tensor) => [tensor.name, tensor]));
  const nodes = model.graph.nodes.filter(({ outputs: [name, ...others] }) => {
    const { shape, type, values } = known.get(name) ?? {};
    if (others.length > 0 || type !== DATA_TYPE.int64 || !shape || !values?.every((value) => value !== null))
      return true;
    constants.set(name, { ...integerTensor(name, values as number[]), dims: shape as number[] });
    return false;
  });
  return withGraph(model, { nodes, initializers: [...constants.values()] });
}
