import type { HostModel, LensHost } from '../lens.ts';
import type { ModelAsset, ModelPort } from '../program.ts';
import { cropOf } from './textures.ts';

/** Work that takes some frames: asked once a frame, it gives its result when it is done. @throws Error if it fails. */
export type Task<T> = () => { readonly value: T } | undefined;

/** What an input of a model is given. */
export interface Placeholder {
  readonly values: Float32Array;
  /** The texture that is drawn into it. */
  readonly picture?: Texture | undefined;
  readonly transformer: { readonly flipX: boolean; readonly flipY: boolean };
}

/** What distinguishes one model from another. */
export interface ModelSource {
  /** Known from the file's import settings before it has loaded. */
  readonly inputs: readonly PortShape[];
  readonly outputs: readonly PortShape[];
  load(): Task<void>;
  /** @returns values for the outputs, in their order. */
  run(inputs: readonly Placeholder[]): Task<ReadonlyArray<ArrayLike<number>>>;
}

export interface PortShape {
  readonly name: string;
  /** Width, height, channels. */
  readonly shape: readonly number[];
  readonly flipX?: boolean;
  readonly flipY?: boolean;
}

/** How a model without a network behaves. */
export interface ModelBehaviour {
  /** Frames from `build` until it has loaded. */
  readonly loadFrames?: number;
  /** Why it fails to load. */
  readonly loadingError?: string;
  /** Frames from `runImmediate` until the result comes. */
  readonly runFrames?: number;
  readonly inputs?: readonly PortShape[];
  /** Name of the output. */
  readonly output?: string;
  /** Width, height, channels of the output. */
  readonly outputShape?: readonly [number, number, number];
  /** The result of one run; an error makes the run fail. @param run counts from 0. */
  readonly infer?: (run: number) => ArrayLike<number> | Error;
}

/** A model that gives scripted answers, after a number of frames. */
export function scriptedModel(behaviour: ModelBehaviour): ModelSource {
  const { loadFrames = 1, loadingError, runFrames = 1, output = 'prob', outputShape = [1, 1, 7], infer } = behaviour;
  const { inputs = [{ name: 'image', shape: [96, 96, 3] }] } = behaviour;
  let runs = 0;
  return {
    inputs,
    outputs: [{ name: output, shape: outputShape }],
    load: () =>
      after(loadFrames, () => {
        if (loadingError !== undefined) throw new Error(loadingError);
      }),
    run: () => {
      const run = runs++;
      return after(runFrames, () => {
        const result = infer?.(run) ?? [];
        if (result instanceof Error) throw result;
        return [result];
      });
    },
  };
}

function after<T>(frames: number, finish: () => T): Task<T> {
  let left = frames;
  return () => (--left > 0 ? undefined : { value: finish() });
}

/** A model file that the host runs, with pictures of the host's faces. */
export function hostedModel({ inputs, outputs, ...asset }: ModelAsset, host: LensHost): ModelSource {
  let loading: Promise<HostModel> | undefined;
  let model: HostModel | undefined;
  const load = async () => {
    loading ??= host.loadModel({ ...asset, inputs, outputs });
    model = await loading;
  };
  const run = async (placeholders: readonly Placeholder[]) => {
    const results = await model!.run(placeholders.map((placeholder, at) => inputValues(placeholder, inputs[at], host)));
    return outputs.map((output, at) => outputValues(output, results[at]));
  };
  return { inputs, outputs, load: () => settled(load()), run: (placeholders) => settled(run(placeholders)) };
}

/** Done when the promise is; its result is taken at the start of a frame. */
function settled<T>(promise: Promise<T>): Task<T> {
  let outcome: { value: T } | { error: unknown } | undefined;
  promise.then(
    (value) => {
      outcome = { value };
    },
    (error) => {
      outcome = { error };
    },
  );
  return () => {
    if (outcome && 'error' in outcome) throw outcome.error;
    return outcome;
  };
}

const COLOURS = 3;

/**
 * What a network gets: of a picture each channel times its scale, plus its bias, black without a face or where the texture is
 * not of the camera; without a picture
 * a copy of the data.
 */
function inputValues(
  { picture, transformer, values: data }: Placeholder,
  port: ModelPort,
  host: LensHost,
): Float32Array {
  if (picture === undefined) return scaled(data, port);
  const [width, height, channels] = port.shape;
  const bytes = new Uint8Array(COLOURS * width * height);
  const { flipX, flipY } = transformer;
  const crop = cropOf(picture);
  if (crop) host.drawCrop(crop, { width, height, flipX, flipY }, bytes);
  const values = new Float32Array(channels * width * height);
  for (let pixel = 0; pixel < width * height; pixel++)
    for (let channel = 0; channel < channels; channel++)
      values[channels * pixel + channel] =
        (bytes[COLOURS * pixel + channel] ?? 0) * port.scale[channel] + port.bias[channel];
  return values;
}

function outputValues(port: ModelPort, values: Float32Array | undefined): Float32Array {
  const { name, shape } = port;
  const length = shape.reduce((product, side) => product * side, 1);
  if (values?.length !== length) throw new Error(`${name} has ${values?.length ?? 0} values instead of ${length}`);
  return scaled(values, port);
}

function scaled(values: Float32Array, { scale, bias }: ModelPort): Float32Array {
  return values.map((value, at) => value * scale[at % scale.length] + bias[at % bias.length]);
}
