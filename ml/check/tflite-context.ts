import { FEW } from '../onnx/values.ts';
import type { TfliteModel, TfliteOperator, TfliteTensor } from '../tflite/model.ts';
import { error, type Problem } from './finding.ts';
import type { Layer, Mapping } from './snapml.ts';

/** A TensorFlow Lite operator with what is known around it. */
export interface TfliteContext {
  readonly operator: TfliteOperator;
  readonly model: TfliteModel;
  /** Tensors that are the same in each run: see {@link constantsOf}. */
  readonly constants: ReadonlySet<TfliteTensor>;
}

export type TfliteRule = (context: TfliteContext) => Mapping;

/** How to name an operator, after its output. */
export const nameOf = ({ outputs }: TfliteOperator) => outputs[0]?.name ?? '';

export const inputOf = ({ operator }: TfliteContext, input: number): TfliteTensor | undefined =>
  operator.inputs[input] ?? undefined;

/** The network holds its numbers, rather than computing them. */
export const isConstant = (tensor: TfliteTensor | undefined): tensor is TfliteTensor =>
  tensor !== undefined && tensor.data.length > 0;

/** Tensors that the file holds, and those that only turn such into another number format. */
export function constantsOf({ tensors, operators }: TfliteModel): ReadonlySet<TfliteTensor> {
  const constants = new Set(tensors.filter(isConstant));
  for (const { name, inputs, outputs } of operators) {
    const [input] = inputs;
    if (name !== 'DEQUANTIZE' || !input || !constants.has(input)) continue;
    for (const output of outputs) if (output) constants.add(output);
  }
  return constants;
}

/** Whether an input is the same in each run. */
export function isGiven(context: TfliteContext, input: number): boolean {
  const tensor = inputOf(context, input);
  return tensor !== undefined && context.constants.has(tensor);
}

/** Which input holds the numbers that an operator works on, where it is not the first. */
const DATA_INPUT: Readonly<Record<string, number>> = { EMBEDDING_LOOKUP: 1, SPLIT: 1, TRANSPOSE_CONV: 2 };

/** The input that an operator works on. */
export const dataOf = ({ name, inputs }: TfliteOperator): TfliteTensor | undefined =>
  inputs[DATA_INPUT[name] ?? 0] ?? undefined;

const INTEGERS: Partial<
  Record<TfliteTensor['type'], readonly [size: number, read: (v: DataView, at: number) => number]>
> = {
  INT32: [4, (view, at) => view.getInt32(at, true)],
  INT64: [8, (view, at) => Number(view.getBigInt64(at, true))],
};

/** Numbers of a constant of whole numbers, such as axes; undefined if it is none. */
export function integersOf(tensor: TfliteTensor | undefined): readonly number[] | undefined {
  const integer = tensor && INTEGERS[tensor.type];
  if (!integer || !isConstant(tensor)) return undefined;
  const [size, read] = integer;
  const { data } = tensor;
  // Axes, amounts and sizes are few.
  if (data.length > size * FEW) return undefined;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  return Array.from({ length: Math.floor(data.length / size) }, (_, i) => read(view, i * size));
}

/** Where the axes of an image [batch, height, width, channels] are among batch, channels, height and width. */
const CHANNELS_FIRST = [0, 2, 3, 1] as const;

/** Axes as SnapML counts them: from the front, an image's with the channels second. */
export function axesOf(axes: readonly number[], rank: number): number[] {
  const fromFront = axes.map((axis) => (axis < 0 ? axis + rank : axis));
  return rank === 4 ? fromFront.map((axis) => CHANNELS_FIRST[axis] ?? axis) : fromFront;
}

/** A shape of at most four sides as SnapML counts them: batch, channels, height, width. */
export function channelsFirst(shape: readonly number[]): readonly number[] {
  if (shape.length > 4) return shape;
  const [batch, height, width, channels] = [...new Array<number>(4 - shape.length).fill(1), ...shape];
  return [batch, channels, height, width];
}

const SUPPORTED_ACTIVATIONS: readonly string[] = ['NONE', 'RELU', 'RELU6'];

/** What is wrong with the activation that is fused into an operator. */
export function activationProblems({ operator: { options } }: TfliteContext): Problem[] {
  if (!options || !('activation' in options.value) || SUPPORTED_ACTIVATIONS.includes(options.value.activation))
    return [];
  return [error(`the activation is ${options.value.activation}`, 'Train with ReLU or ReLU6')];
}

/** A layer without conditions of its own. */
export const plain =
  (layer: Layer): TfliteRule =>
  (context) => ({ layer, problems: activationProblems(context) });
