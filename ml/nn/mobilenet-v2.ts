import { samePadding } from './padding.ts';

/** One convolution with its batch norm. */
export interface Unit {
  /** `stem`, `block3/expand`, `block3/depthwise`, `block3/project`, …, `head`. */
  readonly name: string;
  readonly kind: 'stem' | 'pointwise' | 'depthwise';
  readonly inChannels: number;
  readonly outChannels: number;
  readonly stride: number;
  /** Height and width of its input. */
  readonly side: number;
  readonly relu6: boolean;
}

/** An inverted residual block: its units in order, its input added to its output if `residual`. */
export interface Block {
  readonly units: readonly Unit[];
  readonly residual: boolean;
}

/** MobileNetV2 as a list of blocks; the stem and the head are blocks of one unit. */
export interface Architecture {
  readonly width: number;
  /** Side of the input image in pixels. */
  readonly size: number;
  readonly blocks: readonly Block[];
  /** Pooled features. */
  readonly features: number;
  /** Height and width before pooling. */
  readonly finalSide: number;
}

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

/** Rounds to a multiple of 8 without losing more than a tenth, as Google's code does. */
function roundChannels(channels: number): number {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return rounded < 0.9 * channels ? rounded + 8 : rounded;
}

/**
 * MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381), without its classifier.
 * @param width width multiplier; below 1 the head keeps its 1280 channels.
 * @param size side of the input in pixels.
 */
export function mobileNetV2(width: number, size: number): Architecture {
  const blocks: Block[] = [];
  let side = size;
  let channels = roundChannels(32 * width);
  blocks.push({
    residual: false,
    units: [{ name: 'stem', kind: 'stem', inChannels: 1, outChannels: channels, stride: 2, side, relu6: true }],
  });
  side = samePadding(side, 3, 2).outSide;
  for (const [expansion, stageChannels, repeats, stageStride] of STAGES) {
    for (let repeat = 0; repeat < repeats; repeat++) {
      const name = `block${blocks.length - 1}`;
      const inChannels = channels;
      const hidden = inChannels * expansion;
      const stride = repeat === 0 ? stageStride : 1;
      channels = roundChannels(stageChannels * width);
      const units: Unit[] = [];
      if (expansion > 1) {
        units.push({
          name: `${name}/expand`,
          kind: 'pointwise',
          inChannels,
          outChannels: hidden,
          stride: 1,
          side,
          relu6: true,
        });
      }
      units.push({
        name: `${name}/depthwise`,
        kind: 'depthwise',
        inChannels: hidden,
        outChannels: hidden,
        stride,
        side,
        relu6: true,
      });
      side = samePadding(side, 3, stride).outSide;
      units.push({
        name: `${name}/project`,
        kind: 'pointwise',
        inChannels: hidden,
        outChannels: channels,
        stride: 1,
        side,
        relu6: false,
      });
      blocks.push({ units, residual: stride === 1 && inChannels === channels });
    }
  }
  const features = width > 1 ? roundChannels(1280 * width) : 1280;
  blocks.push({
    residual: false,
    units: [
      { name: 'head', kind: 'pointwise', inChannels: channels, outChannels: features, stride: 1, side, relu6: true },
    ],
  });
  return { width, size, blocks, features, finalSide: side };
}

/** Every unit in the order of computation. */
export function unitsOf(architecture: Architecture): Unit[] {
  return architecture.blocks.flatMap((block) => block.units);
}

/** Numbers in one output channel's kernel, for the grey network that is trained. */
export function kernelTaps(unit: Unit): number {
  return unit.kind === 'pointwise' ? unit.inChannels : 9;
}
