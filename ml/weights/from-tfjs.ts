import { UserError } from '../core/errors.ts';
import { type Architecture, type Unit, unitsOf } from '../nn/architecture.ts';
import type { FoldedConvolution, FoldedNetwork } from '../nn/folded-network.ts';
import { BATCH_NORM_EPSILON } from '../nn/operators/batch-norm.ts';
import { readTfjsWeights } from './tfjs-weights.ts';

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
      `model.weights is ${file}, but only weights of mobilenet-v2 are read from a .json, and model.architecture is ` +
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
  const unitOf = ({ name, kind, inChannels, outChannels, kernelSide }: Unit): FoldedConvolution => {
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
  const units = new Map(unitsOf(architecture).map((unit) => [unit.name, unitOf(unit)]));
  return { architecture, classes: 0, units, classifiers: new Map() };
}

/** Keras' names of a unit's convolution and its batch norm. */
function kerasNames(unit: string): { convolution: string; norm: string } {
  if (unit === 'stem') return { convolution: 'Conv1', norm: 'bn_Conv1' };
  if (unit === 'head') return { convolution: 'Conv_1', norm: 'Conv_1_bn' };
  const [block, part] = unit.split('/');
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
