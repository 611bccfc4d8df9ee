/**
 * Each operator written out naively in float64, straight from its definition, for comparison. Feature maps are
 * [C][N][H][W] here, whatever the layout under test.
 */

/** TensorFlow's rule, from its documentation: where the first tap of output pixel 0 lies. */
function sameBegin(side: number, kernel: number, stride: number): number {
  const total = side % stride === 0 ? Math.max(kernel - stride, 0) : Math.max(kernel - (side % stride), 0);
  return Math.floor(total / 2);
}

export function depthwise(
  x: Float64Array,
  w: Float64Array,
  channels: number,
  images: number,
  side: number,
  kernel: number,
  stride: number,
): Float64Array {
  const out = Math.ceil(side / stride);
  const begin = sameBegin(side, kernel, stride);
  const y = new Float64Array(channels * images * out * out);
  for (let c = 0; c < channels; c++)
    for (let n = 0; n < images; n++)
      for (let i = 0; i < out; i++)
        for (let j = 0; j < out; j++) {
          let sum = 0;
          for (let ky = 0; ky < kernel; ky++)
            for (let kx = 0; kx < kernel; kx++) {
              const row = i * stride + ky - begin;
              const column = j * stride + kx - begin;
              if (row < 0 || row >= side || column < 0 || column >= side) continue;
              sum += w[(c * kernel + ky) * kernel + kx] * x[((c * images + n) * side + row) * side + column];
            }
          y[((c * images + n) * out + i) * out + j] = sum;
        }
  return y;
}

/** W·x for W [O, I] and x [I, P]. */
export function matmul(w: Float64Array, x: Float64Array, outputs: number, inputs: number, count: number): Float64Array {
  const y = new Float64Array(outputs * count);
  for (let o = 0; o < outputs; o++)
    for (let i = 0; i < inputs; i++)
      for (let p = 0; p < count; p++) y[o * count + p] += w[o * inputs + i] * x[i * count + p];
  return y;
}

/** By the definitions of Howard et al. (2019), section 5.2. */
export const ACTIVATIONS = {
  linear: (x: number) => x,
  relu: (x: number) => Math.max(0, x),
  relu6: (x: number) => Math.min(6, Math.max(0, x)),
  'hard-sigmoid': (x: number) => Math.min(6, Math.max(0, x + 3)) / 6,
  'hard-swish': (x: number) => (x * Math.min(6, Math.max(0, x + 3))) / 6,
};

export function batchNorm(y: Float64Array, gamma: Float64Array, beta: Float64Array): Float64Array {
  const channels = gamma.length;
  const count = y.length / channels;
  const z = new Float64Array(y.length);
  for (let c = 0; c < channels; c++) {
    const row = y.subarray(c * count, (c + 1) * count);
    const mean = row.reduce((a, b) => a + b, 0) / count;
    const variance = row.reduce((a, b) => a + (b - mean) ** 2, 0) / count;
    row.forEach((value, p) => {
      z[c * count + p] = gamma[c] * ((value - mean) / Math.sqrt(variance + 1e-3)) + beta[c];
    });
  }
  return z;
}

export function averagePool(x: Float64Array, activations: number): Float64Array {
  const area = x.length / activations;
  return Float64Array.from(
    { length: activations },
    (_, m) => x.subarray(m * area, (m + 1) * area).reduce((a, b) => a + b, 0) / area,
  );
}

export function crossEntropy(logits: Float64Array, targets: Float64Array, classes: number): number {
  const images = logits.length / classes;
  let loss = 0;
  for (let n = 0; n < images; n++) {
    const exponents = Array.from({ length: classes }, (_, k) => Math.exp(logits[k * images + n]));
    const sum = exponents.reduce((a, b) => a + b, 0);
    for (let k = 0; k < classes; k++) loss -= (targets[k * images + n] * Math.log(exponents[k] / sum)) / images;
  }
  return loss;
}

/** Central differences of a scalar function by every number of every input. */
export function finiteDifferences(
  loss: (inputs: Float64Array[]) => number,
  inputs: readonly Float64Array[],
  step = 1e-6,
): Float64Array[] {
  const moved = inputs.map((values) => values.slice());
  return moved.map((values) =>
    values.map((value, i) => {
      values[i] = value + step;
      const above = loss(moved);
      values[i] = value - step;
      const below = loss(moved);
      values[i] = value;
      return (above - below) / (2 * step);
    }),
  );
}

/** 3×3 convolution with zeros around the map. @param x [N][I][H][W] @param w [O][I][3][3] @returns [N][O][H][W] */
export function convolution(
  x: Float64Array,
  w: Float64Array,
  bias: Float64Array,
  [images, inputs, height, width]: readonly number[],
): Float64Array {
  const outputs = bias.length;
  const y = new Float64Array(images * outputs * height * width);
  for (let n = 0; n < images; n++)
    for (let o = 0; o < outputs; o++)
      for (let i = 0; i < height; i++)
        for (let j = 0; j < width; j++) {
          let sum = bias[o];
          for (let c = 0; c < inputs; c++)
            for (let ky = 0; ky < 3; ky++)
              for (let kx = 0; kx < 3; kx++) {
                const row = i + ky - 1;
                const column = j + kx - 1;
                if (row < 0 || row >= height || column < 0 || column >= width) continue;
                sum += w[((o * inputs + c) * 3 + ky) * 3 + kx] * x[((n * inputs + c) * height + row) * width + column];
              }
          y[((n * outputs + o) * height + i) * width + j] = sum;
        }
  return y;
}

/** Channel (i·r + j)·C + c of pixel (row, column) goes to pixel (r·row + i, r·column + j) of channel c. */
export function pixelShuffle(x: Float64Array, [, deep, height, width]: readonly number[], r: number): Float64Array {
  const channels = deep / (r * r);
  const y = new Float64Array(x.length);
  for (const [at, value] of x.entries()) {
    const column = at % width;
    const row = Math.floor(at / width) % height;
    const channel = Math.floor(at / (width * height)) % deep;
    const n = Math.floor(at / (width * height * deep));
    const [place, c] = [Math.floor(channel / channels), channel % channels];
    const [i, j] = [Math.floor(place / r), place % r];
    y[((n * channels + c) * r * height + r * row + i) * r * width + r * column + j] = value;
  }
  return y;
}
