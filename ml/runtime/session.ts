/** What every runtime offers, whatever the format of the model. */

/** An input or output of a model. */
export interface ModelPort {
  readonly name: string;
  /** Element type in lower case, for example `float32`; `null` if it is not a tensor. */
  readonly type: string | null;
  /** In the network's own order of axes; a string is a size that each run chooses. */
  readonly shape: readonly (number | string)[];
  /** How many scales a quantized tensor has; absent for all others. */
  readonly scales?: number;
}

/** Float values in the network's own order of axes. */
export interface FloatTensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

/** What a model takes and gives. */
export interface ModelInterface {
  readonly inputs: readonly ModelPort[];
  readonly outputs: readonly ModelPort[];
  /** Whether images are [batch, channels, height, width] or [batch, height, width, channels]. */
  readonly channels: 'first' | 'last';
}

/** A model that is ready to run, in the runtime of its format. */
export interface ModelSession extends ModelInterface {
  /**
   * Runs the model once. Where it is quantized, values are converted to its integers and back.
   * @param inputs in the order of `this.inputs`.
   * @returns the values of each output, in the order of `this.outputs`.
   * @throws UserError that names the file, if the runtime reports an error.
   */
  run(inputs: readonly FloatTensor[]): Promise<readonly Float32Array[]>;
  close(): Promise<void>;
}

export interface SessionOptions {
  /** Throws if a model's inputs or outputs are not those that are needed. */
  readonly check?: (model: ModelInterface) => void;
  /** Threads that one run may use; the runtime chooses by default. LiteRT always uses one. */
  readonly threads?: number;
}
