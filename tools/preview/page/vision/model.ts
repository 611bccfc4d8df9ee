import { type InferenceSession, Tensor } from 'onnxruntime-web/wasm';
import type { ModelAnswer } from './protocol.ts';
import { openSession, runSession } from './sessions.ts';

/** How an input lays out a picture, or a row of numbers. */
interface InputLayout {
  /** As the network has it, with its batch of 1. */
  readonly dims: readonly number[];
  /** Whether all of one channel come before the next; never of a row. */
  readonly channelsFirst: boolean;
}

/** The lens's own model, loaded. */
export class LensModel {
  readonly #session: InferenceSession;
  readonly #layouts: readonly InputLayout[];

  private constructor(session: InferenceSession, layouts: readonly InputLayout[]) {
    this.#session = session;
    this.#layouts = layouts;
  }

  /** @throws Error that says why the model cannot be used. */
  static async load(url: string): Promise<LensModel> {
    const session = await openSession(url, "The lens's model");
    try {
      return new LensModel(session, session.inputMetadata.map(layoutOf));
    } catch (thrown) {
      await session.release();
      throw thrown;
    }
  }

  /** @param inputs of each input in its order, [height, width, channels] or a row of numbers. */
  async run(inputs: readonly Float32Array[]): Promise<ModelAnswer> {
    if (inputs.length !== this.#layouts.length)
      throw new Error(`The lens's model has ${this.#layouts.length} inputs, the lens feeds ${inputs.length}.`);
    const tensors = inputs.map((values, i) => tensorOf(values, this.#layouts[i]));
    const start = performance.now();
    const outputs = await runSession(this.#session, tensors, "The lens's model");
    return { outputs, time: performance.now() - start };
  }
}

const isChannels = (side: number) => side === 1 || side === 3 || side === 4;

function layoutOf(metadata: InferenceSession.ValueMetadata): InputLayout {
  const { name } = metadata;
  if (!metadata.isTensor || metadata.type !== 'float32')
    throw new Error(`The lens's model does not accept floats at its input ${name}. Export it with float inputs.`);
  const dims = metadata.shape.map((side, axis) => (axis === 0 && typeof side !== 'number' ? 1 : Number(side)));
  const known = dims[0] === 1 && dims.every((side) => side > 0);
  const isRow = known && dims.filter((side) => side > 1).length <= 1;
  const isPicture = known && dims.length === 4 && (isChannels(dims[1]) || isChannels(dims[3]));
  if (!isRow && !isPicture)
    throw new Error(
      `The lens's model takes [${metadata.shape}] at its input ${name}, expected one picture, [1, 3, height, width] or ` +
        '[1, height, width, 3], or a row of numbers, [1, length]. Export it with a fixed size.',
    );
  return { dims, channelsFirst: !isRow && isChannels(dims[1]) && !isChannels(dims[3]) };
}

function tensorOf(values: Float32Array, { dims, channelsFirst }: InputLayout): Tensor {
  const expected = dims.reduce((product, side) => product * side, 1);
  if (values.length !== expected)
    throw new Error(
      `The lens feeds its model ${values.length} numbers, the model takes ${expected} ([${dims}]). ` +
        "Set the asset's shape in Lens Studio to the model's.",
    );
  return new Tensor('float32', channelsFirst ? planar(values, dims[1]) : values, dims);
}

/** From [height, width, channels] to [channels, height, width]. */
function planar(values: Float32Array, channels: number): Float32Array {
  const area = values.length / channels;
  const planes = new Float32Array(values.length);
  for (let channel = 0; channel < channels; channel++)
    for (let pixel = 0; pixel < area; pixel++) planes[channel * area + pixel] = values[pixel * channels + channel];
  return planes;
}
