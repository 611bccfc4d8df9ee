import { dirname, join } from 'node:path';
import { z } from 'zod';
import { UserError } from '../core/errors.ts';
import { readBytes } from '../core/files.ts';
import { FileNameSchema } from '../core/untrusted-path.ts';
import { type Architecture, type ConvLayer, convLayersOf } from '../nn/architecture.ts';
import type { FoldedConvolution, FoldedNetwork } from '../nn/folded-network.ts';
import { BATCH_NORM_EPSILON } from '../nn/operators/batch-norm.ts';

const COLOURS = 3;

/**
 * Keras' MobileNetV2 without its top from the `model.json` of a TensorFlow.js model, batch norm folded.
 * @throws UserError if a file is missing or broken, or holds another network.
 */
export async function foldedFromTfjs(
  bytes: Uint8Array,
  file: string,
  architecture: Architecture,
): Promise<FoldedNetwork> {
  if (architecture.name !== 'mobilenet-v2') {
    throw new UserError(
      `model.weights is ${file}, but a .json can hold only weights of mobilenet-v2, and model.architecture is ` +
        `${architecture.name}; choose another file or none`,
    );
  }
  const tensors = await readTfjsWeights(bytes, file);
  const values = (name: string, shape: readonly number[]): Float32Array => {
    const tensor = tensors.get(name);
    if (String(tensor?.shape) === String(shape)) return (tensor as { values: Float32Array }).values;
    throw new UserError(
      `${file}: ${name} is ${tensor ? `[${tensor.shape}]` : 'missing'}; Keras' MobileNetV2 of width ` +
        `${architecture.width} has [${shape}]. Choose weights of the same width, or change model.width`,
    );
  };
  const layerOf = ({ name, kind, inChannels, outChannels, kernelSide }: ConvLayer): FoldedConvolution => {
    const { convolution, norm } = kerasNames(name);
    const depthwise = kind === 'depthwise';
    const sides = [kernelSide, kernelSide];
    const kernel = depthwise
      ? values(`${convolution}/depthwise_kernel`, [...sides, outChannels, 1])
      : values(`${convolution}/kernel`, [...sides, kind === 'stem' ? COLOURS : inChannels, outChannels]);
    const part = (which: string) => values(`${norm}/${which}`, [outChannels]);
    const [gamma, beta, mean, variance] = ['gamma', 'beta', 'moving_mean', 'moving_variance'].map(part);
    const scale = gamma.map((value, c) => value / Math.sqrt(variance[c] + BATCH_NORM_EPSILON));
    const each = kernel.length / outChannels;
    const ordered = outputsFirst(kernel, outChannels, kernelSide ** 2);
    return {
      kernel: ordered.map((weight, i) => weight * scale[Math.floor(i / each)]),
      bias: beta.map((value, c) => value - mean[c] * scale[c]),
    };
  };
  const layers = new Map(convLayersOf(architecture).map((conv) => [conv.name, layerOf(conv)]));
  return { architecture, classes: 0, layers, classifiers: new Map() };
}

/** Keras' names of a layer's convolution and its batch norm. */
function kerasNames(conv: string): { convolution: string; norm: string } {
  if (conv === 'stem') return { convolution: 'Conv1', norm: 'bn_Conv1' };
  if (conv === 'head') return { convolution: 'Conv_1', norm: 'Conv_1_bn' };
  const [block, part] = conv.split('/');
  const convolution = `${block === 'block0' ? 'expanded_conv' : block.replace('block', 'block_')}_${part}`;
  return { convolution, norm: `${convolution}_BN` };
}

/** [taps, inputs, O] → [O, inputs, taps]. */
function outputsFirst(kernel: Float32Array, outputs: number, taps: number): Float32Array {
  const inputs = kernel.length / outputs / taps;
  return kernel.map((_, i) => {
    const [output, input, tap] = [Math.floor(i / inputs / taps), Math.floor(i / taps) % inputs, i % taps];
    return kernel[(tap * inputs + input) * outputs + output];
  });
}

/** A tensor of floats, last axis innermost. */
export interface NamedWeights {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

const BYTES = Float32Array.BYTES_PER_ELEMENT;

/** The part of TensorFlow.js' `model.json` that says where the weights are: one after another in the files next to it. */
const ModelSchema = z.object({
  weightsManifest: z.array(
    z.object({
      paths: z.array(FileNameSchema).min(1),
      weights: z.array(
        z.object({
          name: z.string(),
          shape: z.array(z.number().int().positive()),
          dtype: z.literal('float32'),
          quantization: z.never('weights without quantization').optional(),
        }),
      ),
    }),
  ),
});

/**
 * Reads the weights of a TensorFlow.js model: `model.json` and the files that its manifest lists.
 * @param bytes of the `model.json`.
 * @param file its path, next to the other files.
 * @returns the tensors by their names.
 * @throws UserError if a file is missing or too short, or the model is not in float32.
 */
export async function readTfjsWeights(bytes: Uint8Array, file: string): Promise<Map<string, NamedWeights>> {
  const tensors = new Map<string, NamedWeights>();
  for (const { paths, weights } of parseModel(bytes, file).weightsManifest) {
    const parts = await Promise.all(paths.map((path) => readBytes(join(dirname(file), path))));
    const data = Buffer.concat(parts);
    let offset = 0;
    for (const { name, shape } of weights) {
      const end = offset + BYTES * shape.reduce((a, b) => a * b, 1);
      if (end > data.length) {
        throw new UserError(
          `${file}: ${name} ends at byte ${end} of ${paths.join(' + ')}, which has ${data.length}; download the files again`,
        );
      }
      tensors.set(name, { shape, values: new Float32Array(Uint8Array.from(data.subarray(offset, end)).buffer) });
      offset = end;
    }
  }
  return tensors;
}

function parseModel(bytes: Uint8Array, file: string): z.infer<typeof ModelSchema> {
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder().decode(bytes));
  } catch (thrown) {
    throw new UserError(`${file} is not JSON; expected the model.json of a TensorFlow.js model`, { cause: thrown });
  }
  const parsed = ModelSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [{ path, message }] = parsed.error.issues;
  throw new UserError(
    `${file}: ${path.join('.')}: ${message}; expected the model.json of a TensorFlow.js layers model in float32`,
  );
}
