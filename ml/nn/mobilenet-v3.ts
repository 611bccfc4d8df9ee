import type { ArchitectureName } from '../config/schema.ts';
import { type Architecture, type Block, roundChannels, type Unit } from './architecture.ts';
import { samePadding } from './padding.ts';

/** One row of the paper's tables 1 and 2: kernel, expanded channels, channels, stride. */
type Row = readonly [kernel: number, expanded: number, channels: number, stride: number];

const LARGE: readonly Row[] = [
  [3, 16, 16, 1],
  [3, 64, 24, 2],
  [3, 72, 24, 1],
  [5, 72, 40, 2],
  [5, 120, 40, 1],
  [5, 120, 40, 1],
  [3, 240, 80, 2],
  [3, 200, 80, 1],
  [3, 184, 80, 1],
  [3, 184, 80, 1],
  [3, 480, 112, 1],
  [3, 672, 112, 1],
  [5, 672, 160, 2],
  [5, 960, 160, 1],
  [5, 960, 160, 1],
];

const SMALL: readonly Row[] = [
  [3, 16, 16, 2],
  [3, 72, 24, 2],
  [3, 88, 24, 1],
  [5, 96, 40, 2],
  [5, 240, 40, 1],
  [5, 240, 40, 1],
  [5, 120, 48, 1],
  [5, 144, 48, 1],
  [5, 288, 96, 2],
  [5, 576, 96, 1],
  [5, 576, 96, 1],
];

const STEM_CHANNELS = 16;
/** The head has so many times the channels of the last block. */
const HEAD_EXPANSION = 6;

interface Variant {
  readonly name: ArchitectureName;
  readonly rows: readonly Row[];
  /** Channels of the 1×1 convolution after pooling. */
  readonly features: number;
}

/** The networks of the paper's family: *minimalistic* ones have ReLU and 3×3 kernels alone, and no squeeze-excite. */
export const VARIANTS = {
  'mobilenet-v3-large-minimalistic': { name: 'mobilenet-v3-large-minimalistic', rows: LARGE, features: 1280 },
  'mobilenet-v3-small-minimalistic': { name: 'mobilenet-v3-small-minimalistic', rows: SMALL, features: 1024 },
} as const satisfies Partial<Record<ArchitectureName, Variant>>;

/**
 * MobileNetV3 (Howard et al. 2019, arXiv:1905.02244), without its classifier. The last stage pools before its widest
 * convolution, which has no batch norm.
 * @param width width multiplier; below 1 that convolution keeps its channels.
 * @param size side of the input in pixels.
 */
export function mobileNetV3({ name, rows, features: published }: Variant, width: number, size: number): Architecture {
  const pointwise = { kind: 'pointwise', kernelSide: 1, stride: 1, norm: true } as const;
  let side = size;
  let channels = roundChannels(STEM_CHANNELS * width);
  const stem = { name: 'stem', kind: 'stem', kernelSide: 3, stride: 2, activation: 'relu', norm: true } as const;
  const blocks: Block[] = [{ residual: false, units: [{ ...stem, inChannels: 1, outChannels: channels, side }] }];
  side = samePadding(side, stem.kernelSide, stem.stride).outSide;
  let publishedChannels = STEM_CHANNELS;
  for (const [index, [, expanded, rowChannels, stride]] of rows.entries()) {
    const block = `block${index}`;
    const kernelSide = 3;
    const inChannels = channels;
    const hidden = roundChannels((inChannels * expanded) / publishedChannels);
    channels = roundChannels(rowChannels * width);
    const units: Unit[] = [];
    if (expanded > publishedChannels) {
      const expand = { ...pointwise, name: `${block}/expand`, activation: 'relu' } as const;
      units.push({ ...expand, inChannels, outChannels: hidden, side });
    }
    const depthwise = { name: `${block}/depthwise`, kind: 'depthwise', kernelSide, activation: 'relu' } as const;
    units.push({ ...depthwise, inChannels: hidden, outChannels: hidden, stride, side, norm: true });
    side = samePadding(side, kernelSide, stride).outSide;
    const project = { ...pointwise, name: `${block}/project`, activation: 'linear' } as const;
    units.push({ ...project, inChannels: hidden, outChannels: channels, side });
    blocks.push({ units, residual: stride === 1 && inChannels === channels });
    publishedChannels = rowChannels;
  }
  const pooled = roundChannels(channels * HEAD_EXPANSION);
  const head = { ...pointwise, name: 'head', activation: 'relu' } as const;
  blocks.push({ residual: false, units: [{ ...head, inChannels: channels, outChannels: pooled, side }] });
  const features = width > 1 ? roundChannels(published * width) : published;
  const last = { ...pointwise, name: 'last', activation: 'relu', norm: false } as const;
  const tail = [{ ...last, inChannels: pooled, outChannels: features, side: 1 }];
  return { name, width, size, blocks, finalSide: side, tail, features };
}
