/** Weights and layers of the networks in the npm package `@vladmandic/face-api` (MIT), as TensorFlow.js stores them. Node only. */
import { createRequire } from 'node:module';
import { z } from 'zod';
import { UserError } from '../../core/errors.ts';
import { readBytes, readText } from '../../core/files.ts';
import { type Graph, type Shape, sizeOf, type Tensor } from '../../nn/graph.ts';
import { add, mul } from '../../nn/ops.ts';
import { DATA_TYPE } from '../../onnx/model.ts';

const PACKAGE = '@vladmandic/face-api';

const Manifest = z.tuple([
  z.object({
    weights: z.array(
      z.object({
        name: z.string(),
        shape: z.array(z.number().int().positive()),
        dtype: z.literal('float32'),
        quantization: z.object({ dtype: z.literal('uint8'), scale: z.number(), min: z.number() }).optional(),
      }),
    ),
  }),
]);

type Stored = Uint8Array | Float32Array;

/**
 * Numbers in TensorFlow's order: [height, width, in, out], depthwise [height, width, in, 1]; as floats, or as bytes that stand
 * for `byte × scale + min`.
 */
export interface StoredWeights {
  readonly shape: Shape;
  readonly values: Stored;
  readonly scale: number;
  readonly min: number;
}

/** The weights of one network by name. */
export type NetworkWeights = ReadonlyMap<string, StoredWeights>;

/**
 * @param network such as `tiny_face_detector_model`.
 * @throws UserError if the package is not completely installed.
 */
export async function readWeights(network: string): Promise<NetworkWeights> {
  const manifest = await readText(placeOf(`${network}-weights_manifest.json`));
  const bytes = await readBytes(placeOf(`${network}.bin`));
  const [{ weights }] = parseManifest(manifest, network);
  const bytesOf = ({ shape, quantization }: (typeof weights)[number]) =>
    sizeOf(shape) * (quantization ? 1 : Float32Array.BYTES_PER_ELEMENT);
  const total = weights.reduce((sum, each) => sum + bytesOf(each), 0);
  if (total !== bytes.length)
    throw new UserError(`${PACKAGE}'s ${network}.bin has ${bytes.length} bytes; expected ${total}: run npm ci`);
  let offset = 0;
  return new Map(
    weights.map((each) => {
      const { name, shape, quantization } = each;
      // A copy, since floats need not begin at a multiple of four bytes.
      const stored = bytes.slice(offset, offset + bytesOf(each));
      offset += stored.length;
      const values = quantization ? stored : new Float32Array(stored.buffer);
      return [name, { shape, values, scale: quantization?.scale ?? 1, min: quantization?.min ?? 0 }];
    }),
  );
}

function placeOf(file: string): string {
  try {
    return createRequire(import.meta.url).resolve(`${PACKAGE}/model/${file}`);
  } catch (cause) {
    throw new UserError(`the npm package ${PACKAGE} has no model/${file}: run npm ci`, { cause });
  }
}

function parseManifest(text: string, network: string): z.infer<typeof Manifest> {
  try {
    return Manifest.parse(JSON.parse(text));
  } catch (cause) {
    throw new UserError(`${PACKAGE}'s manifest of ${network} has an unexpected format: run npm ci`, { cause });
  }
}

/** Operator set of the ONNX files. */
export const OPSET = 11;

/** A graph in the making, and the weights that its layers take. */
export interface Layers {
  readonly graph: Graph;
  readonly weights: NetworkWeights;
}

export type Padding = 'SAME_UPPER' | 'VALID';

/** A convolution with bias: a separable one if the weights are. */
export function convolution(layers: Layers, name: string, x: Tensor, stride: number, padding: Padding): Tensor {
  const bias = floats(layers, `${name}/bias`);
  if (layers.weights.has(`${name}/filters`)) return conv(layers, x, `${name}/filters`, stride, padding, bias);
  const depthwise = conv(layers, x, `${name}/depthwise_filter`, stride, padding);
  return conv(layers, depthwise, `${name}/pointwise_filter`, 1, 'VALID', bias);
}

/** Weights as floats, in the order that the package has them. */
export function floats(layers: Layers, name: string): Tensor {
  const weights = weightsOf(layers, name);
  return dequantized(layers.graph, weights, weights.values, weights.shape);
}

function weightsOf({ weights }: Layers, name: string): StoredWeights {
  const found = weights.get(name);
  if (!found) throw new Error(`there are no weights named ${name}`);
  return found;
}

/**
 * The file holds a byte for each quantized weight. ONNX Runtime folds this arithmetic when it loads the file; DequantizeLinear it
 * would keep and run again for each picture, which takes six times as long.
 */
function dequantized(graph: Graph, { scale, min }: StoredWeights, values: Stored, shape: Shape): Tensor {
  if (values instanceof Float32Array) return graph.constant(values, shape);
  const attributes = { to: { int: DATA_TYPE.float } };
  return add(mul(graph.node('Cast', [graph.quantized(values, shape)], shape, { attributes }), scale), min);
}

function conv(layers: Layers, x: Tensor, name: string, stride: number, padding: Padding, bias?: Tensor): Tensor {
  const { graph } = layers;
  const [batch, channels, height, width] = x.shape;
  const grouped = name.endsWith('depthwise_filter');
  const weights = weightsOf(layers, name);
  const { kernel, shape } = channelsFirst(weights, grouped);
  const lost = padding === 'VALID' ? shape[2] - 1 : 0;
  return graph.node(
    'Conv',
    [x, dequantized(graph, weights, kernel, shape), ...(bias ? [bias] : [])],
    [batch, shape[0], Math.ceil((height - lost) / stride), Math.ceil((width - lost) / stride)],
    {
      attributes: {
        strides: { ints: [stride, stride] },
        auto_pad: { string: padding },
        group: { int: grouped ? channels : 1 },
      },
    },
  );
}

/** From TensorFlow's [height, width, in, out] (depthwise [height, width, in, 1]) to ONNX's [out, in / groups, height, width]. */
function channelsFirst({ shape: [height, width, inputs, outputs], values }: StoredWeights, grouped: boolean) {
  const area = height * width;
  const shape = grouped ? [inputs, 1, height, width] : [outputs, inputs, height, width];
  const kernel = values.slice();
  values.forEach((value, i) => {
    const pixel = Math.floor(i / (inputs * outputs));
    const [from, to] = [Math.floor(i / outputs) % inputs, i % outputs];
    kernel[(grouped ? from : to * inputs + from) * area + pixel] = value;
  });
  return { kernel, shape };
}
