import type { OnnxModel } from '../onnx/model.ts';
import type { SessionSource } from '../runtime/isolated-session.ts';

/** What a network expects of the values 0..255 of a picture: value · scale + bias, for each of its channels or for all. */
export interface PixelRange {
  readonly scale: readonly number[];
  readonly bias: readonly number[];
}

/** A model that somebody else made, read but never run in this process. */
export interface SourceModel {
  /** What was read, for messages. */
  readonly file: string;
  /** What it is, for example `TensorFlow.js layers model`. */
  readonly format: string;
  /** The same network in ONNX, of floats. */
  readonly model: OnnxModel;
  /** Itself, for its own runtime. */
  readonly runtime: SessionSource;
  /** Whether its own runtime computes with 8-bit integers, so that answers of floats differ a little. */
  readonly quantized: boolean;
  /** Names of the classes in the order of the output, with where they come from; absent where it says none. */
  readonly labels?: { readonly names: readonly string[]; readonly from: string };
  /** Absent where it does not say. */
  readonly pixels?: PixelRange;
}

/** A picture's channels from 0 to 255 as values from `low` to `high`. */
export const rangeOf = (low: number, high: number): PixelRange => ({ scale: [(high - low) / 255], bias: [low] });
