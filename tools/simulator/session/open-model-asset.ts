import { UserError } from '../../../ml/core/errors.ts';
import { openModelFile } from '../../../ml/runtime/model-file.ts';
import type { ModelInterface } from '../../../ml/runtime/session.ts';
import type { HostModel } from '../lens.ts';
import type { ModelAsset, ModelPort } from '../program.ts';

/** A model file in the runtime of its format. */
export interface OpenModel extends HostModel {
  close(): Promise<void>;
}

/**
 * Opens a network of one output.
 * @param asset how Lens Studio imported it, or another export of the same network, with its inputs in the same order.
 * @throws UserError if the file is missing, broken, of another format or shape.
 */
export async function openModelAsset(file: string, { inputs, outputs }: ModelAsset): Promise<OpenModel> {
  if (outputs.length !== 1)
    throw new UserError(`${file} has ${outputs.length} outputs; the simulator runs models with one`);
  const session = await openModelFile(file, { check: (model) => checkShapes(file, model, inputs) });
  return {
    run: async (values) => {
      const tensors = session.inputs.map(({ shape }, at) => ({
        shape: shape as readonly number[],
        values: session.channels === 'first' ? planar(values[at], inputs[at]) : values[at],
      }));
      const [output] = await session.run(tensors);
      return [Float32Array.from(output)];
    },
    close: () => session.close(),
  };
}

/** From [height, width, channels] to [channels, height, width]. */
function planar(values: Float32Array, { shape: [width, height, channels] }: ModelPort): Float32Array {
  const area = width * height;
  const planes = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) planes[(i % channels) * area + Math.floor(i / channels)] = values[i];
  return planes;
}

type Shape = readonly (number | string)[];

/** Compares a model's inputs with its import settings; the sides of 1 in a row of numbers may be in any place. */
function checkShapes(file: string, { inputs, channels }: ModelInterface, ports: readonly ModelPort[]): void {
  const found = inputs.map(({ shape }) => shape);
  const expected = ports.map(({ shape: [width, height, depth] }) =>
    channels === 'first' ? [1, depth, height, width] : [1, height, width, depth],
  );
  const isRow = ([width, height]: readonly number[]) => width === 1 && height === 1;
  const fits = (shape: Shape, at: number) =>
    isRow(ports[at].shape)
      ? withoutOnes(shape).join() === withoutOnes(expected[at]).join()
      : shape.join() === expected[at].join();
  if (found.length === ports.length && found.every(fits)) return;
  const list = (shapes: readonly Shape[]) => shapes.map((shape) => `[${shape.join(', ')}]`).join(' and ') || 'none';
  throw new UserError(
    `${file} has the inputs ${list(found)}; its import settings say ${list(expected)}: import it again`,
  );
}

const withoutOnes = (shape: Shape): Shape => shape.filter((side) => side !== 1);
