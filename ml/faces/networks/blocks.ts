/** What face-api's networks, and others of their time, are made of. Weights are found by the names that face-api gives them. */
import type { Tensor } from '../../nn/graph.ts';
import { add, matmulAdd, relu } from '../../nn/ops.ts';
import { convolution, floats, type Layers } from './face-api.ts';

/** The means of four dense blocks, [batch, features]. */
export function denseFeatures(layers: Layers, image: Tensor): Tensor {
  let x = image;
  for (let block = 0; block < 4; block++) x = denseBlock(layers, `dense${block}`, x);
  return pooled(x);
}

/** Four convolutions, the first of stride 2, each of which takes the sum of the previous outputs. */
function denseBlock(layers: Layers, name: string, x: Tensor): Tensor {
  const first = relu(convolution(layers, `${name}/conv0`, x, 2, 'SAME_UPPER'));
  let sum = first;
  let input = first;
  for (const part of ['conv1', 'conv2', 'conv3']) {
    sum = add(sum, convolution(layers, `${name}/${part}`, input, 1, 'SAME_UPPER'));
    input = relu(sum);
  }
  return input;
}

/** Two convolutions and a pooling of stride 2, with a shortcut. @param activated what the convolutions take of `x`. */
export function reductionBlock(layers: Layers, name: string, x: Tensor, activated: Tensor): Tensor {
  const first = relu(convolution(layers, `${name}/separable_conv0`, activated, 1, 'SAME_UPPER'));
  const second = convolution(layers, `${name}/separable_conv1`, first, 1, 'SAME_UPPER');
  return add(maxPool(second, 3, 2), convolution(layers, `${name}/expansion_conv`, x, 2, 'SAME_UPPER'));
}

/** Three convolutions with a shortcut. */
export function mainBlock(layers: Layers, name: string, x: Tensor): Tensor {
  let out = x;
  for (const part of [0, 1, 2]) out = convolution(layers, `${name}/separable_conv${part}`, relu(out), 1, 'SAME_UPPER');
  return add(out, x);
}

/** The mean of each channel, [batch, channels]. */
export function pooled(x: Tensor): Tensor {
  const [batch, channels] = x.shape;
  return x.graph.node('Flatten', [x.graph.node('GlobalAveragePool', [x], [batch, channels, 1, 1])], [batch, channels]);
}

export function dense(layers: Layers, name: string, x: Tensor): Tensor {
  return matmulAdd(x, floats(layers, `${name}/weights`), floats(layers, `${name}/bias`));
}

export function maxPool(x: Tensor, side: number, stride: number): Tensor {
  const [batch, channels, height, width] = x.shape;
  return x.graph.node('MaxPool', [x], [batch, channels, Math.ceil(height / stride), Math.ceil(width / stride)], {
    attributes: {
      kernel_shape: { ints: [side, side] },
      strides: { ints: [stride, stride] },
      auto_pad: { string: 'SAME_UPPER' },
    },
  });
}
