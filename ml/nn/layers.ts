import type { Architecture, Unit } from './architecture.ts';

/** Names of the maps that are no unit's and no sum's. */
export const IMAGE = 'image';
export const POOL = 'pool';
export const LOGITS = 'logits';
export const PROBABILITIES = 'prob';

/**
 * One step from map to map. A layer has the name of the map that it gives: a unit's after its ReLU6 or ReLU, `block3/add` of a
 * residual sum, `pool` of the features, `logits` of the classifier and `prob` of the softmax.
 */
export type Layer =
  | { readonly kind: 'convolution'; readonly name: string; readonly input: string; readonly unit: Unit }
  | { readonly kind: 'add'; readonly name: string; readonly inputs: readonly [string, string] }
  | {
      readonly kind: 'pool';
      readonly name: string;
      readonly input: string;
      readonly channels: number;
      readonly side: number;
    }
  | { readonly kind: 'classifier' | 'softmax'; readonly name: string; readonly input: string };

/** The network as a list of layers in the order of computation, beginning with the map `image`. */
export function layersOf(architecture: Architecture): Layer[] {
  const layers: Layer[] = [];
  let map = IMAGE;
  const convolve = (unit: Unit) => {
    layers.push({ kind: 'convolution', name: unit.name, input: map, unit });
    map = unit.name;
  };
  for (const [i, { units, residual }] of architecture.blocks.entries()) {
    const shortcut = map;
    units.forEach(convolve);
    if (!residual) continue;
    const name = `block${i - 1}/add`;
    layers.push({ kind: 'add', name, inputs: [shortcut, map] });
    map = name;
  }
  const last = architecture.blocks.at(-1)?.units.at(-1) as Unit;
  layers.push({ kind: 'pool', name: POOL, input: map, channels: last.outChannels, side: architecture.finalSide });
  map = POOL;
  architecture.tail.forEach(convolve);
  layers.push({ kind: 'classifier', name: LOGITS, input: map });
  layers.push({ kind: 'softmax', name: PROBABILITIES, input: LOGITS });
  return layers;
}

/** Names of the maps inside of the network in the order of computation: all but `image` and `prob`. */
export function innerMapsOf(architecture: Architecture): string[] {
  return layersOf(architecture)
    .map(({ name }) => name)
    .filter((name) => name !== PROBABILITIES);
}
