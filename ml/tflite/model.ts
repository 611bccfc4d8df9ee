import type { Decoded } from './flatbuffer.ts';
import type { OperatorOptions, TENSOR_TYPE } from './schema.ts';

export interface TfliteTensor {
  readonly name: string;
  readonly type: keyof typeof TENSOR_TYPE;
  readonly shape: readonly number[];
  /** Little-endian, last axis innermost; empty for what the network computes. */
  readonly data: Uint8Array;
  /** real = scale · (q − zeroPoint), with one of each or one for each index of `quantizedDimension`; empty if float. */
  readonly scale: readonly number[];
  readonly zeroPoint: readonly number[];
  readonly quantizedDimension: number;
  /** The shape with −1 for each side that may change; absent if none may. */
  readonly shapeSignature?: readonly number[];
}

/** Options of an operator by the name of their table, for example `Conv2DOptions`. */
export type TfliteOptions = Decoded<{ options: [id: 0, kind: 'union', of: typeof OperatorOptions] }>['options'];

export interface TfliteOperator {
  /** TensorFlow Lite's own name, for example CONV_2D; `operator 999` for one that is newer than `OPERATOR_NAMES`. */
  readonly name: string;
  /** What an operator of the name CUSTOM is called by its maker; absent for all others. */
  readonly custom?: string;
  /** Of the operator's definition; newer ones take more types. */
  readonly version: number;
  /** `null` is an optional input that is left out. */
  readonly inputs: readonly (TfliteTensor | null)[];
  readonly outputs: readonly (TfliteTensor | null)[];
  /** Undefined where there are none, or of a kind that this project does not use. */
  readonly options: TfliteOptions;
}

/** A named way to call the network. */
export interface TfliteSignature {
  readonly key: string;
  readonly inputs: readonly { readonly name: string; readonly tensor: TfliteTensor }[];
  readonly outputs: readonly { readonly name: string; readonly tensor: TfliteTensor }[];
}

/** A network; its tensors are the same objects wherever they are referred to. */
export interface TfliteModel {
  readonly version: number;
  readonly description: string;
  readonly tensors: readonly TfliteTensor[];
  readonly inputs: readonly (TfliteTensor | null)[];
  readonly outputs: readonly (TfliteTensor | null)[];
  /** In the order of computation. */
  readonly operators: readonly TfliteOperator[];
  /** Further data by name, for example `TFLITE_METADATA`. */
  readonly metadata: readonly { readonly name: string; readonly data: Uint8Array }[];
  readonly signatures: readonly TfliteSignature[];
}
