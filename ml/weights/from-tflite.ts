import type { Architecture } from '../nn/architecture.ts';
import type { FoldedConvolution, FoldedNetwork } from '../nn/folded-network.ts';
import { readMobileNet } from './google-mobilenet.ts';

const COLOURS = 3;
const TAPS = 9;

/** Name under which the ImageNet classifier is kept. */
export const IMAGENET_HEAD = 'imagenet';

/**
 * A network of Google's from a `.tflite` file.
 * @throws UserError if the file is broken or holds another network.
 */
export function foldedFromTflite(bytes: Uint8Array, file: string, architecture: Architecture): FoldedNetwork {
  const { classes, convolutions } = readMobileNet(bytes, file, architecture.name);
  const units = new Map<string, FoldedConvolution>();
  for (const { name, kernel, bias } of convolutions) {
    units.set(name, { kernel: name === 'stem' ? coloursFirst(kernel) : kernel, bias });
  }
  const classifier = units.get('classifier') as FoldedConvolution;
  units.delete('classifier');
  return { architecture, classes, units, classifiers: new Map([[IMAGENET_HEAD, classifier]]) };
}

/** [O, 3, 3, colours] → [O, colours, 3, 3]. */
function coloursFirst(kernel: Float32Array): Float32Array {
  return Float32Array.from({ length: kernel.length }, (_, i) => {
    const output = Math.floor(i / (COLOURS * TAPS));
    const colour = Math.floor(i / TAPS) % COLOURS;
    return kernel[(output * TAPS + (i % TAPS)) * COLOURS + colour];
  });
}
