import { type Architecture, type Squeeze, seesImage, type Unit } from './architecture.ts';
import { samePadding } from './padding.ts';

/** Names of the maps that are no unit's and no sum's. */
export const IMAGE = 'image';
export const LANDMARKS = 'landmarks';
export const POOL = 'pool';
const FEATURES = 'features';
export const LOGITS = 'logits';
export const PROBABILITIES = 'prob';

/**
 * One step from map to map. A layer has the name of the map that it gives: a unit's after its ReLU6 or ReLU, `block3/add`
 * of a residual sum, `pool` of the image's features, `features` of them and those of the landmarks together, `logits` of
 * the classifier and `prob` of the softmax.
 *
 * Hard-sigmoid and hard-swish are no layers, since SnapML has neither. The first is a `shift`, which gives ReLU6(x + 3),
 * and a `sixth`, which gives x / 6; the second is the first times its input.
 */
export type Layer =
  | { readonly kind: 'convolution'; readonly name: string; readonly input: string; readonly unit: Unit }
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

/** The channels of one map after those of another, both of one pixel. */
export interface Concat {
  readonly kind: 'concat';
  readonly name: string;
  readonly inputs: readonly [string, string];
  readonly channels: number;
}

/** A map times another of the same shape, or times one factor for each channel. */
interface Multiply {
  readonly kind: 'multiply';
  readonly name: string;
  readonly inputs: readonly [map: string, gate: string];
  /** Height and width of the first. */
  readonly side: number;
  readonly perChannel: boolean;
}

/** The network as a list of layers in the order of computation, beginning with the maps of its inputs. */
export function layersOf(architecture: Architecture): Layer[] {
  const list = new LayerList();
  for (const [i, { units, squeeze, residual }] of architecture.blocks.entries()) {
    const shortcut = list.map;
    for (const unit of units) {
      list.convolve(unit);
      if (squeeze && unit.kind === 'depthwise') list.excite(squeeze);
    }
    if (residual) list.push({ kind: 'add', name: `block${i - 1}/add`, inputs: [shortcut, list.map] });
  }
  if (seesImage(architecture)) {
    const channels = architecture.blocks.at(-1)?.units.at(-1)?.outChannels as number;
    list.push({ kind: 'pool', name: POOL, input: list.map, channels, side: architecture.finalSide });
    for (const unit of architecture.tail) list.convolve(unit);
  }
  if (architecture.landmarks) {
    const ofImage = list.map;
    list.map = LANDMARKS;
    list.convolve(architecture.landmarks);
    if (seesImage(architecture)) {
      const inputs = [ofImage, list.map] as const;
      list.push({ kind: 'concat', name: FEATURES, inputs, channels: architecture.features });
    }
  }
  list.push({ kind: 'classifier', name: LOGITS, input: list.map });
  list.push({ kind: 'softmax', name: PROBABILITIES, input: LOGITS });
  return list.layers;
}

class LayerList {
  readonly layers: Layer[] = [];
  /** The map that was computed last. */
  map = IMAGE;

  push(layer: Layer): void {
    this.layers.push(layer);
    this.map = layer.name;
  }

  convolve(unit: Unit): void {
    const { name, activation } = unit;
    this.push({ kind: 'convolution', name, input: this.map, unit });
    if (activation !== 'hard-sigmoid' && activation !== 'hard-swish') return;
    this.push({ kind: 'shift', name: `${name}/shift`, input: name });
    this.push({ kind: 'sixth', name: `${name}/gate`, input: this.map });
    if (activation === 'hard-sigmoid') return;
    const side = samePadding(unit.side, unit.kernelSide, unit.stride).outSide;
    this.push({ kind: 'multiply', name: `${name}/swish`, inputs: [name, this.map], side, perChannel: false });
  }

  excite({ name, channels, side, units }: Squeeze): void {
    const excited = this.map;
    this.push({ kind: 'pool', name: `${name}/pool`, input: excited, channels, side });
    for (const unit of units) this.convolve(unit);
    this.push({ kind: 'multiply', name: `${name}/excite`, inputs: [excited, this.map], side, perChannel: true });
  }
}

/** Names of the maps of the network's inputs. */
export function inputMapsOf(architecture: Architecture): string[] {
  return [...(seesImage(architecture) ? [IMAGE] : []), ...(architecture.landmarks ? [LANDMARKS] : [])];
}

/** The layer that joins the features of image and landmarks, if there are both. */
export function concatOf(architecture: Architecture): Concat | undefined {
  return layersOf(architecture).find((layer) => layer.kind === 'concat');
}

/**
 * Names of the layers that are a matrix times a row of numbers: what follows the pooling of the whole image, and what sees
 * the landmarks. In files of TensorFlow Lite they are FULLY_CONNECTED, elsewhere 1×1 convolutions.
 */
export function denseLayersOf({ tail, landmarks }: Architecture): ReadonlySet<string> {
  return new Set([...tail.map(({ name }) => name), ...(landmarks ? [landmarks.name] : []), LOGITS]);
}

/** Names of the maps inside of the network in the order of computation: all but those of the inputs and `prob`. */
export function innerMapsOf(architecture: Architecture): string[] {
  return layersOf(architecture)
    .map(({ name }) => name)
    .filter((name) => name !== PROBABILITIES);
}
