import { Random } from '../../ml/core/random.ts';
import { mobileNetV2 } from '../../ml/nn/mobilenet-v2.ts';
import type { ModelSpec, OperatorSpec, TensorSpec } from '../tflite/build.ts';

export type Numbers = 'float32' | 'uint8' | 'int8';

/** The weights of one convolution: kernel [out, k, k, in] or, depthwise, [channels, k, k]. */
export interface Expected {
  readonly name: string;
  readonly kernel: number[];
  readonly bias: number[];
}

const TYPE = { float32: 0, uint8: 3, int8: 9 } as const;
const floatBytes = (values: readonly number[]) => new Uint8Array(Float32Array.from(values).buffer);

/** A MobileNetV2 with random weights and Google's names, built from the network that this project trains. */
export function randomMobileNetV2(width: number, size: number, classes: number, numbers: Numbers, seed = 1) {
  const random = new Random(seed);
  const tensors: TensorSpec[] = [];
  const operators: OperatorSpec[] = [];
  const expected: Expected[] = [];
  const add = (tensor: TensorSpec) => tensors.push(tensor) - 1;
  const activations = { type: TYPE[numbers], ...(numbers === 'float32' ? {} : { scale: [0.02], zeroPoint: [0] }) };

  const addKernel = (scope: string, shape: number[], depthwise: boolean): [tensor: number, real: number[]] => {
    const count = shape.reduce((a, b) => a * b);
    const channels = depthwise ? shape[3] : shape[0];
    const channelOf = (i: number) => (depthwise ? i % channels : Math.floor(i / (count / channels)));
    const name = `${scope}weights`;
    if (numbers === 'float32') {
      const real = Array.from({ length: count }, () => Math.fround(random.normal()));
      return [add({ name, shape, type: TYPE.float32, data: floatBytes(real) }), real];
    }
    const data = Uint8Array.from({ length: count }, () => random.integer(256));
    if (numbers === 'uint8') {
      const real = Array.from(data, (q) => 0.25 * (q - 131));
      return [add({ name, shape, type: TYPE.uint8, data, scale: [0.25], zeroPoint: [131] }), real];
    }
    const scale = Array.from({ length: channels }, (_, c) => 2 ** ((c % 5) - 3));
    const real = Array.from(new Int8Array(data.buffer), (q, i) => scale[channelOf(i)] * q);
    const zeroPoint = scale.map(() => 0);
    return [add({ name, shape, type: TYPE.int8, data, scale, zeroPoint, axis: depthwise ? 3 : 0 }), real];
  };

  const addBias = (scope: string, channels: number): [tensor: number, real: number[]] => {
    const q = Int32Array.from({ length: channels }, () => random.integer(100_000) - 50_000);
    const real = Array.from(q, (value) => value / 1024);
    const tensor = { name: `${scope}bias`, shape: [channels] };
    if (numbers === 'float32') return [add({ ...tensor, type: 0, data: floatBytes(real) }), real];
    return [add({ ...tensor, type: 2, data: new Uint8Array(q.buffer), scale: [1 / 1024], zeroPoint: [0] }), real];
  };

  const convolve = (
    name: string,
    scope: string,
    depthwise: boolean,
    shape: number[],
    stride: number,
    input: number,
  ) => {
    const channels = depthwise ? shape[3] : shape[0];
    const [kernel, kernelReal] = addKernel(scope, shape, depthwise);
    const [bias, biasReal] = addBias(scope, channels);
    const output = add({ name: `${scope}out`, shape: [], ...activations });
    operators.push({
      code: depthwise ? 4 : 3,
      inputs: [input, kernel, bias],
      outputs: [output],
      convolution: { stride },
    });
    const perChannel = kernelReal.length / channels;
    const channelsFirst = kernelReal.map(
      (_, i) => kernelReal[(i % perChannel) * channels + Math.floor(i / perChannel)],
    );
    expected.push({ name, kernel: depthwise ? channelsFirst : kernelReal, bias: biasReal });
    return output;
  };

  const [{ blocks, features }] = mobileNetV2(width, size).branches;
  const image = add({ name: 'input', shape: [1, size, size, 3], ...activations });
  let tensor = image;
  for (const [index, { layers, residual }] of blocks.entries()) {
    const shortcut = tensor;
    for (const { name, kind, inChannels, outChannels, stride } of layers) {
      const part = name.split('/')[1];
      const block = index === 1 ? 'expanded_conv' : `expanded_conv_${index - 1}`;
      const scope = `MobilenetV2/${part ? `${block}/${part}` : name === 'stem' ? 'Conv' : 'Conv_1'}/`;
      const shape = {
        stem: [outChannels, 3, 3, 3],
        pointwise: [outChannels, 1, 1, inChannels],
        depthwise: [1, 3, 3, inChannels],
      };
      tensor = convolve(name, scope, kind === 'depthwise', shape[kind], stride, tensor);
    }
    if (residual) {
      const sum = add({ name: `sum${index}`, shape: [], ...activations });
      operators.push({ code: 0, inputs: [tensor, shortcut], outputs: [sum] });
      tensor = sum;
    }
  }
  const pooled = add({ name: 'pooled', shape: [1, 1, 1, features], ...activations });
  operators.push({ code: 1, inputs: [tensor], outputs: [pooled] });
  tensor = convolve('classifier', 'MobilenetV2/Logits/Conv2d_1c_1x1/', false, [classes, 1, 1, features], 1, pooled);
  const model: ModelSpec = { inputs: [image], outputs: [tensor], tensors, operators };
  return { model, expected };
}
