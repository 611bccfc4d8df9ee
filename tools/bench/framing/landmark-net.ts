/**
 * A network that finds 68 points on a face, built from the weights inside the npm package `@vladmandic/face-api` (MIT).
 * It is run by ONNX Runtime: in the package's own runtime, TensorFlow.js on the CPU, a face takes fifty times as long.
 */
import { createRequire } from 'node:module';
import * as ort from 'onnxruntime-node';
import { z } from 'zod';
import { readBytes, readText } from '../../../ml/core/files.ts';
import { FACE_PIXELS, FACE_SIZE } from '../../../ml/data/dataset.ts';
import { resizeBilinear } from '../../../ml/data/resize.ts';
import { Graph, type Shape, sizeOf, type Tensor } from '../../../ml/nn/graph.ts';
import { add } from '../../../ml/nn/ops.ts';

/** Points of a face, in the order of the 300-W data set (Sagonas et al. 2013). */
export const POINTS = 68;

const MODEL = '@vladmandic/face-api/model/face_landmark_68_model';
const OPSET = 11;
const SIZE = 112;
const BATCH = 16;
/** Means of red, green and blue over the network's training pictures. */
const MEANS = [122.782, 117.001, 104.298];

const Manifest = z.tuple([
  z.object({
    weights: z.array(
      z.object({
        name: z.string(),
        shape: z.array(z.number().int().positive()),
        quantization: z.object({ dtype: z.literal('uint8'), scale: z.number(), min: z.number() }),
      }),
    ),
  }),
]);

interface Weights {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** A landmark network, loaded. */
export interface LandmarkNet {
  /**
   * Finds the points of faces that fill their pictures.
   * @param faces grey values, [n, 48, 48].
   * @returns x and y of each point as fractions of the picture's side, from the left and the top; [n, 68, 2].
   */
  landmarks(faces: Uint8Array): Promise<Float32Array>;
}

/** @throws UserError if the package is not complete. */
export async function loadLandmarkNet(): Promise<LandmarkNet> {
  const { resolve } = createRequire(import.meta.url);
  const manifest = Manifest.parse(JSON.parse(await readText(resolve(`${MODEL}-weights_manifest.json`))));
  const bytes = await readBytes(resolve(`${MODEL}.bin`));
  const session = await ort.InferenceSession.create(buildGraph(decodeWeights(manifest, bytes)), {
    logSeverityLevel: 3,
  });
  const image = new Float32Array(BATCH * 3 * SIZE * SIZE);
  const perImage = image.length / BATCH;
  return {
    landmarks: async (faces) => {
      const total = faces.length / FACE_PIXELS;
      const points = new Float32Array(total * POINTS * 2);
      for (let first = 0; first < total; first += BATCH) {
        const count = Math.min(BATCH, total - first);
        for (let n = 0; n < count; n++) {
          const face = faces.subarray((first + n) * FACE_PIXELS, (first + n + 1) * FACE_PIXELS);
          fillImage(face, image.subarray(n * perImage, (n + 1) * perImage));
        }
        const { points: found } = await session.run({ image: new ort.Tensor(image, [BATCH, 3, SIZE, SIZE]) });
        points.set((found.data as Float32Array).subarray(0, count * POINTS * 2), first * POINTS * 2);
      }
      return points;
    },
  };
}

function fillImage(face: Uint8Array, image: Float32Array): void {
  const grey = new Float32Array(SIZE * SIZE);
  resizeBilinear(face, FACE_SIZE, SIZE, grey);
  for (const [channel, mean] of MEANS.entries()) {
    image.set(
      grey.map((value) => (value - mean) / 255),
      channel * grey.length,
    );
  }
}

function decodeWeights([{ weights }]: z.infer<typeof Manifest>, bytes: Uint8Array): ReadonlyMap<string, Weights> {
  let offset = 0;
  return new Map(
    weights.map(({ name, shape, quantization: { scale, min } }) => {
      const stored = bytes.subarray(offset, offset + sizeOf(shape));
      offset += stored.length;
      return [name, { shape, data: Float32Array.from(stored, (value) => value * scale + min) }];
    }),
  );
}

/** Input `image` [16, 3, 112, 112]; output `points` [16, 136]. */
function buildGraph(weights: ReadonlyMap<string, Weights>): Uint8Array {
  const graph = new Graph();
  const layers = { graph, weights };
  let x = graph.input('image', [BATCH, 3, SIZE, SIZE]);
  for (let block = 0; block < 4; block++) x = denseBlock(layers, `dense${block}`, x);
  const pooled = graph.node('GlobalAveragePool', [x], [BATCH, x.shape[1], 1, 1]);
  const flat = graph.node('Flatten', [pooled], [BATCH, x.shape[1]]);
  const [kernel, bias] = [weightsOf(layers, 'fc/weights'), weightsOf(layers, 'fc/bias')].map(({ data, shape }) =>
    graph.constant(data, shape),
  );
  graph.output('points', graph.node('Gemm', [flat, kernel, bias], [BATCH, 2 * POINTS]));
  return graph.encode(OPSET);
}

interface Layers {
  readonly graph: Graph;
  readonly weights: ReadonlyMap<string, Weights>;
}

function weightsOf({ weights }: Layers, name: string): Weights {
  const found = weights.get(name);
  if (!found) throw new Error(`${MODEL} has no weights ${name}`);
  return found;
}

/** Four convolutions, the first of stride 2, each of which sees the sum of what those before it made. */
function denseBlock(layers: Layers, name: string, x: Tensor): Tensor {
  const first = relu(convolution(layers, `${name}/conv0`, x, 2));
  let sum = first;
  let input = first;
  for (const part of ['conv1', 'conv2', 'conv3']) {
    sum = add(sum, convolution(layers, `${name}/${part}`, input, 1));
    input = relu(sum);
  }
  return input;
}

const relu = (x: Tensor) => x.graph.node('Relu', [x], x.shape);

/** A 3×3 convolution, separable but for the first of the network. */
function convolution(layers: Layers, name: string, x: Tensor, stride: number): Tensor {
  const bias = weightsOf(layers, `${name}/bias`).data;
  if (layers.weights.has(`${name}/filters`)) return conv(layers, x, `${name}/filters`, stride, bias);
  const depthwise = conv(layers, x, `${name}/depthwise_filter`, stride);
  return conv(layers, depthwise, `${name}/pointwise_filter`, 1, bias);
}

function conv(layers: Layers, x: Tensor, name: string, stride: number, bias?: Float32Array): Tensor {
  const { graph } = layers;
  const [batch, channels, height, width] = x.shape;
  const grouped = name.endsWith('depthwise_filter');
  const { kernel, shape } = channelsFirst(weightsOf(layers, name), grouped);
  return graph.node(
    'Conv',
    [x, graph.constant(kernel, shape), ...(bias ? [graph.constant(bias)] : [])],
    [batch, shape[0], Math.ceil(height / stride), Math.ceil(width / stride)],
    {
      attributes: {
        strides: { ints: [stride, stride] },
        auto_pad: { string: 'SAME_UPPER' },
        group: { int: grouped ? channels : 1 },
      },
    },
  );
}

/** From TensorFlow's [height, width, in, out] (depthwise [height, width, in, 1]) to ONNX's [out, in / groups, height, width]. */
function channelsFirst({ shape: [height, width, inputs, outputs], data }: Weights, grouped: boolean) {
  const area = height * width;
  const shape = grouped ? [inputs, 1, height, width] : [outputs, inputs, height, width];
  const kernel = new Float32Array(data.length);
  data.forEach((value, i) => {
    const pixel = Math.floor(i / (inputs * outputs));
    const [from, to] = [Math.floor(i / outputs) % inputs, i % outputs];
    kernel[(grouped ? from : to * inputs + from) * area + pixel] = value;
  });
  return { kernel, shape };
}
