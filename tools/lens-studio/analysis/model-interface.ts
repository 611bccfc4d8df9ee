import { decodeModel } from '../../../ml/onnx/decode.ts';
import { readTflite } from '../../../ml/tflite/read.ts';
import { endingOf } from '../files/importers.ts';

/** An input or output of a model as Lens Studio shows it. */
export interface ModelValue {
  readonly name: string;
  /** Width, height, channels; null where the file does not fix it. */
  readonly shape: readonly [number, number, number] | null;
}

export interface ModelInterface {
  readonly inputs: readonly ModelValue[];
  readonly outputs: readonly ModelValue[];
}

const MODEL_ENDINGS = ['onnx', 'tflite', 'dnn'];

/** Whether a file is a model by its ending. */
export function isModel(path: string): boolean {
  return MODEL_ENDINGS.includes(endingOf(path));
}

/**
 * Inputs and outputs of a model file by its ending; null for Snap's own format.
 * @throws UserError if it is damaged.
 */
export function modelInterface(content: Uint8Array, path: string): ModelInterface | null {
  switch (endingOf(path)) {
    case 'onnx': {
      const { graph } = decodeModel(content, path, { external: true });
      const constants = new Set(graph.initializers.map(({ name }) => name));
      const value = ({ name, shape }: (typeof graph.inputs)[number]) => ({ name, shape: studioShape(shape, 1) });
      return {
        inputs: graph.inputs.filter(({ name }) => !constants.has(name)).map(value),
        outputs: graph.outputs.map(value),
      };
    }
    case 'tflite': {
      const { inputs, outputs } = readTflite(content, path);
      const values = (tensors: typeof inputs) =>
        tensors.flatMap((tensor) =>
          tensor ? [{ name: tensor.name, shape: studioShape(tensor.shapeSignature ?? tensor.shape, 3) }] : [],
        );
      return { inputs: values(inputs), outputs: values(outputs) };
    }
    default:
      return null;
  }
}

/** Lens Studio drops the batch and takes missing sides for 1. @param channelAxis of the four axes of a picture. */
function studioShape(shape: readonly (number | string | null)[] | null, channelAxis: 1 | 3): ModelValue['shape'] {
  const sides = shape?.map((side) => (typeof side === 'number' && side > 0 ? side : null)) ?? [null];
  if (!sides.every((side) => side !== null)) return null;
  if (sides.length === 4) return channelAxis === 1 ? [sides[3], sides[2], sides[1]] : [sides[2], sides[1], sides[3]];
  return sides.length <= 2 ? [1, 1, sides.at(-1) ?? 1] : null;
}
