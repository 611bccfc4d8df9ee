import { sizeOf } from '../../nn/graph.ts';
import { type AttributeValue, DATA_TYPE, type OnnxModel, type OnnxNode, type OnnxTensor } from '../../onnx/model.ts';
import { floatTensor, integerTensor, nodeOf } from '../passes/edit.ts';

/** A constant of floats. */
export interface Numbers {
  readonly dims: readonly number[];
  readonly values: Float32Array;
}

/** How a window moves over an image; numbers of height and width. */
export interface WindowOptions {
  readonly padding: 'SAME' | 'VALID';
  readonly strides: readonly number[];
  readonly dilations?: readonly number[];
}

const OPSET = 14;
const TO_FIRST = { perm: { ints: [0, 3, 1, 2] } };
const TO_LAST = { perm: { ints: [0, 2, 3, 1] } };

/**
 * Writes a network of TensorFlow's kind in ONNX: images have the channels last, with a Transpose before and after each layer
 * that ONNX knows only with the channels first. The pass `channelsFirst` takes them out.
 */
export class OnnxBuilder {
  readonly #nodes: OnnxNode[] = [];
  readonly #constants: OnnxTensor[] = [];
  #count = 0;

  /** Appends a node; returns the name of its result. */
  op(opType: string, inputs: readonly string[], attributes: Readonly<Record<string, AttributeValue>> = {}): string {
    const name = this.#fresh(opType);
    this.#nodes.push(nodeOf(opType, inputs, name, attributes));
    return name;
  }

  floats(values: Float32Array | number, dims: readonly number[] = []): string {
    const name = this.#fresh('constant');
    this.#constants.push(floatTensor(name, dims, typeof values === 'number' ? Float32Array.of(values) : values));
    return name;
  }

  integers(values: readonly number[]): string {
    const name = this.#fresh('constant');
    this.#constants.push(integerTensor(name, values));
    return name;
  }

  #fresh(prefix: string): string {
    this.#count += 1;
    return `${prefix}/${this.#count}`;
  }

  add(x: string, by: number | Numbers): string {
    return this.op('Add', [x, typeof by === 'number' ? this.floats(by) : this.floats(by.values, by.dims)]);
  }

  mul(x: string, by: number | Numbers): string {
    return this.op('Mul', [x, typeof by === 'number' ? this.floats(by) : this.floats(by.values, by.dims)]);
  }

  clip(x: string, low: number, high: number): string {
    return this.op('Clip', [x, this.floats(low), this.floats(high)]);
  }

  reshape(x: string, shape: readonly number[]): string {
    return this.op('Reshape', [x, this.integers(shape)]);
  }

  /** A layer that ONNX has only with the channels first. */
  #onImage(
    opType: string,
    x: string,
    others: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>>,
  ): string {
    return this.op(
      'Transpose',
      [this.op(opType, [this.op('Transpose', [x], TO_FIRST), ...others], attributes)],
      TO_LAST,
    );
  }

  #window({ padding, strides, dilations = [1, 1] }: WindowOptions): Record<string, AttributeValue> {
    const automatic = { string: padding === 'SAME' ? 'SAME_UPPER' : 'VALID' };
    const window = { auto_pad: automatic, strides: { ints: strides } };
    // Pools have none in ONNX's older operator sets.
    return dilations.every((dilation) => dilation === 1) ? window : { ...window, dilations: { ints: dilations } };
  }

  /** @param kernel [H, W, I, O], where I is a divisor of the channels. */
  convolution(x: string, kernel: Numbers, bias: Float32Array | undefined, options: WindowOptions, group = 1): string {
    const [height, width, inputs, outputs] = kernel.dims;
    const weights = this.floats(moved(kernel, [3, 2, 0, 1]), [outputs, inputs, height, width]);
    const attributes = { ...this.#window(options), kernel_shape: { ints: [height, width] }, group: { int: group } };
    return this.#onImage('Conv', x, [weights, ...(bias ? [this.floats(bias, [outputs])] : [])], attributes);
  }

  /** @param kernel [H, W, C, M]: M outputs of each channel, one after another. */
  depthwise(x: string, kernel: Numbers, bias: Float32Array | undefined, options: WindowOptions): string {
    const [height, width, channels, multiplier] = kernel.dims;
    const outputs = channels * multiplier;
    const weights = this.floats(moved(kernel, [2, 3, 0, 1]), [outputs, 1, height, width]);
    const attributes = { ...this.#window(options), kernel_shape: { ints: [height, width] }, group: { int: channels } };
    return this.#onImage('Conv', x, [weights, ...(bias ? [this.floats(bias, [outputs])] : [])], attributes);
  }

  pool(opType: 'MaxPool' | 'AveragePool', x: string, size: readonly number[], options: WindowOptions): string {
    return this.#onImage(opType, x, [], { ...this.#window(options), kernel_shape: { ints: size } });
  }

  /** @param sizes height and width of the result. @param mode attributes of Resize. */
  resize(x: string, sizes: Numbers['dims'], mode: Readonly<Record<string, AttributeValue>>): string {
    return this.#onImage('Resize', x, ['', this.floats(Float32Array.from([1, 1, ...sizes]), [4])], mode);
  }

  /** @param weights [N, K]. */
  dense(x: string, weights: Numbers, bias: Float32Array | undefined): string {
    const product = this.op('MatMul', [x, this.floats(weights.values, weights.dims)]);
    return bias ? this.add(product, { dims: [bias.length], values: bias }) : product;
  }

  /** γ·(x − μ)/√(σ² + ε) + β of the last axis. */
  batchNorm(
    x: string,
    statistics: { gamma?: Float32Array; beta?: Float32Array; mean: Float32Array; variance: Float32Array },
    epsilon: number,
  ): string {
    const { gamma, beta, mean, variance } = statistics;
    const scale = variance.map((value, c) => (gamma?.[c] ?? 1) / Math.sqrt(value + epsilon));
    const shift = scale.map((factor, c) => (beta?.[c] ?? 0) - mean[c] * factor);
    const dims = [scale.length];
    return this.add(this.mul(x, { dims, values: scale }), { dims, values: shift });
  }

  mean(x: string, axes: readonly number[], keep: boolean): string {
    return this.op('ReduceMean', [x], { axes: { ints: axes }, keepdims: { int: Number(keep) } });
  }

  maximum(x: string, axes: readonly number[], keep: boolean): string {
    return this.op('ReduceMax', [x], { axes: { ints: axes }, keepdims: { int: Number(keep) } });
  }

  /** @param amounts before and after each axis. */
  pad(x: string, amounts: readonly (readonly [number, number])[], mode = 'constant', value = 0): string {
    const pads = this.integers([...amounts.map(([before]) => before), ...amounts.map(([, after]) => after)]);
    return this.op('Pad', [x, pads, ...(value === 0 ? [] : [this.floats(value)])], { mode: { string: mode } });
  }

  /** The network from its inputs to its outputs. */
  finish(
    inputs: readonly { readonly name: string; readonly shape: readonly number[] }[],
    outputs: readonly string[],
    producerName: string,
  ): OnnxModel {
    return {
      irVersion: 8,
      producerName,
      producerVersion: '',
      opsets: [{ domain: '', version: OPSET }],
      metadata: {},
      graph: {
        name: 'graph',
        nodes: this.#nodes,
        initializers: this.#constants,
        inputs: inputs.map((input) => ({ ...input, elementType: DATA_TYPE.float })),
        outputs: outputs.map((name) => ({ name, elementType: DATA_TYPE.float, shape: null })),
        valueInfo: [],
      },
    };
  }
}

/** Numbers with their axes permuted: axis i of the result is axis `perm[i]`. */
export function moved({ dims, values }: Numbers, perm: readonly number[]): Float32Array {
  const sides = perm.map((axis) => dims[axis]);
  const steps = perm.map((axis) => sizeOf(dims.slice(axis + 1)));
  const runs = sides.map((_, axis) => sizeOf(sides.slice(axis + 1)));
  return Float32Array.from(
    { length: values.length },
    (_, i) => values[sides.reduce((at, side, axis) => at + (Math.floor(i / runs[axis]) % side) * steps[axis], 0)],
  );
}
