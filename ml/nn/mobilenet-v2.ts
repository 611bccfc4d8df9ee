import { imageInput } from '../model/inputs.ts';
import {
  type Architecture,
  type Block,
  type ConvLayer,
  roundChannels,
  samePadding,
  withBranches,
} from './architecture.ts';

/** Table 2 of the paper: expansion t, channels c, repeats n, stride s of the first. */
const STAGES = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;

/**
 * MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381), without its classifier.
 * @param width width multiplier; below 1 the head keeps its 1280 channels.
 * @param size side of the input in pixels.
 */
export function mobileNetV2(width: number, size: number): Architecture {
  const blocks: Block[] = [];
  let side = size;
  let channels = roundChannels(32 * width);
  const pointwise = { kind: 'pointwise', kernelSide: 1, stride: 1, norm: true } as const;
  const stem = { kind: 'stem', kernelSide: 3, stride: 2, activation: 'relu6', norm: true } as const;
  blocks.push({ residual: false, layers: [{ ...stem, name: 'stem', inChannels: 1, outChannels: channels, side }] });
  side = samePadding(side, 3, 2).outSide;
  for (const [expansion, stageChannels, repeats, stageStride] of STAGES) {
    for (let repeat = 0; repeat < repeats; repeat++) {
      const name = `block${blocks.length - 1}`;
      const inChannels = channels;
      const hidden = inChannels * expansion;
      const stride = repeat === 0 ? stageStride : 1;
      channels = roundChannels(stageChannels * width);
      const layers: ConvLayer[] = [];
      if (expansion > 1) {
        const expand = { ...pointwise, name: `${name}/expand`, activation: 'relu6' } as const;
        layers.push({ ...expand, inChannels, outChannels: hidden, side });
      }
      layers.push({
        name: `${name}/depthwise`,
        kind: 'depthwise',
        inChannels: hidden,
        outChannels: hidden,
        kernelSide: 3,
        stride,
        side,
        activation: 'relu6',
        norm: true,
      });
      side = samePadding(side, 3, stride).outSide;
      const project = { ...pointwise, name: `${name}/project`, activation: 'linear' } as const;
      layers.push({ ...project, inChannels: hidden, outChannels: channels, side });
      blocks.push({ layers, residual: stride === 1 && inChannels === channels });
    }
  }
  const features = width > 1 ? roundChannels(1280 * width) : 1280;
  const head = { ...pointwise, name: 'head', activation: 'relu6' } as const;
  blocks.push({ residual: false, layers: [{ ...head, inChannels: channels, outChannels: features, side }] });
  const branch = { input: imageInput(size), blocks, finalSide: side, tail: [], features };
  return withBranches({ name: 'mobilenet-v2', width, size }, [branch]);
}
