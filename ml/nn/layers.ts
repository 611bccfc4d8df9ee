import { PROBABILITIES } from '../model/inputs.ts';
import { type Architecture, type ConvLayer, type Squeeze, samePadding } from './architecture.ts';

/** Names of the activations that are neither those of a convolution nor of a block. */
export const POOL = 'pool';
const FEATURES = 'features';
export const LOGITS = 'logits';

/**
 * One operation of the network, named after the activation that it computes: a convolution's after its ReLU6 or ReLU,
 * `block3/add` for a residual sum, `pool` for the features of an image, `features` for those of all inputs, `logits` for the
 * classifier and `prob` for the softmax.
 *
 * SnapML has neither hard-sigmoid nor hard-swish, so neither is a layer. The first becomes a `shift`, ReLU6(x + 3), and a
 * `sixth`, x / 6; the second is the first times its input.
 */
export type Layer =
  | { readonly kind: 'convolution'; readonly name: string; readonly input: string; readonly conv: ConvLayer }
  | { readonly kind: 'add'; readonly name: string; readonly inputs: readonly [string, string] }
  | Concat
  | { readonly kind: 'shift' | 'sixth'; readonly name: string; readonly input: string }
  | Multiply
  | {
      readonly kind: 'pool';
      readonly name: string;
      readonly input: string;
      readonly channels: number;
      /** Height and width of its input. */
      readonly side: number;
    }
  | { readonly kind: 'classifier' | 'softmax'; readonly name: string; readonly input: string };

/** The channels of several activations of one pixel, one after another. */
export interface Concat {
  readonly kind: 'concat';
  readonly name: string;
  readonly inputs: readonly string[];
  readonly channels: number;
}

/** An activation times another of the same shape, or times one factor for each channel. */
interface Multiply {
  readonly kind: 'multiply';
  readonly name: string;
  readonly inputs: readonly [activation: string, gate: string];
  /** Height and width of the first. */
  readonly side: number;
  readonly perChannel: boolean;
}

/** The layers of a network in the order of computation. */
export function layersOf(architecture: Architecture): Layer[] {
  const list = new LayerList();
  const ends: string[] = [];
  for (const { input, blocks, finalSide, tail } of architecture.branches) {
    list.last = input.name;
    for (const [i, { layers, squeeze, residual }] of blocks.entries()) {
      const shortcut = list.last;
      for (const conv of layers) {
        list.convolve(conv);
        if (squeeze && conv.kind === 'depthwise') list.excite(squeeze);
      }
      if (residual) list.push({ kind: 'add', name: `block${i - 1}/add`, inputs: [shortcut, list.last] });
    }
    const pooled = blocks.at(-1)?.layers.at(-1)?.outChannels;
    if (pooled) list.push({ kind: 'pool', name: POOL, input: list.last, channels: pooled, side: finalSide });
    for (const conv of tail) list.convolve(conv);
    ends.push(list.last);
  }
  if (ends.length > 1) list.push({ kind: 'concat', name: FEATURES, inputs: ends, channels: architecture.features });
  list.push({ kind: 'classifier', name: LOGITS, input: list.last });
  list.push({ kind: 'softmax', name: PROBABILITIES, input: LOGITS });
  return list.layers;
}

class LayerList {
  readonly layers: Layer[] = [];
  /** The activation that was computed last. */
  last = '';

  push(layer: Layer): void {
    this.layers.push(layer);
    this.last = layer.name;
  }

  convolve(conv: ConvLayer): void {
    const { name, activation } = conv;
    this.push({ kind: 'convolution', name, input: this.last, conv });
    if (activation !== 'hard-sigmoid' && activation !== 'hard-swish') return;
    this.push({ kind: 'shift', name: `${name}/shift`, input: name });
    this.push({ kind: 'sixth', name: `${name}/gate`, input: this.last });
    if (activation === 'hard-sigmoid') return;
    const side = samePadding(conv.side, conv.kernelSide, conv.stride).outSide;
    this.push({ kind: 'multiply', name: `${name}/swish`, inputs: [name, this.last], side, perChannel: false });
  }

  excite({ name, channels, side, layers }: Squeeze): void {
    const excited = this.last;
    this.push({ kind: 'pool', name: `${name}/pool`, input: excited, channels, side });
    for (const conv of layers) this.convolve(conv);
    this.push({ kind: 'multiply', name: `${name}/excite`, inputs: [excited, this.last], side, perChannel: true });
  }
}

/** The layer that concatenates the features of the inputs, if there are several. */
export function concatOf(architecture: Architecture): Concat | undefined {
  return layersOf(architecture).find((layer) => layer.kind === 'concat');
}

/**
 * Names of the layers that multiply a row of numbers by a matrix: the tails and the classifier. They are FULLY_CONNECTED in
 * files of TensorFlow Lite and 1×1 convolutions elsewhere.
 */
export function denseLayersOf({ branches }: Architecture): ReadonlySet<string> {
  return new Set([...branches.flatMap(({ tail }) => tail.map(({ name }) => name)), LOGITS]);
}

/** Names of the activations inside the network in the order of computation: all but the inputs and `prob`. */
export function activationsOf(architecture: Architecture): string[] {
  return layersOf(architecture)
    .map(({ name }) => name)
    .filter((name) => name !== PROBABILITIES);
}
