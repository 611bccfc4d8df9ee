import type { ArchitectureName } from '../config/schema.ts';
import { imageInput } from '../model/inputs.ts';
import {
  type Activation,
  type Architecture,
  type Block,
  type ConvLayer,
  roundChannels,
  type Squeeze,
  samePadding,
  withBranches,
} from './architecture.ts';

/** One row of the paper's tables 1 and 2. */
type Row = readonly [
  kernel: number,
  expanded: number,
  channels: number,
  squeeze: boolean,
  nonlinearity: 'RE' | 'HS',
  stride: number,
];

const LARGE: readonly Row[] = [
  [3, 16, 16, false, 'RE', 1],
  [3, 64, 24, false, 'RE', 2],
  [3, 72, 24, false, 'RE', 1],
  [5, 72, 40, true, 'RE', 2],
  [5, 120, 40, true, 'RE', 1],
  [5, 120, 40, true, 'RE', 1],
  [3, 240, 80, false, 'HS', 2],
  [3, 200, 80, false, 'HS', 1],
  [3, 184, 80, false, 'HS', 1],
  [3, 184, 80, false, 'HS', 1],
  [3, 480, 112, true, 'HS', 1],
  [3, 672, 112, true, 'HS', 1],
  [5, 672, 160, true, 'HS', 2],
  [5, 960, 160, true, 'HS', 1],
  [5, 960, 160, true, 'HS', 1],
];

const SMALL: readonly Row[] = [
  [3, 16, 16, true, 'RE', 2],
  [3, 72, 24, false, 'RE', 2],
  [3, 88, 24, false, 'RE', 1],
  [5, 96, 40, true, 'HS', 2],
  [5, 240, 40, true, 'HS', 1],
  [5, 240, 40, true, 'HS', 1],
  [5, 120, 48, true, 'HS', 1],
  [5, 144, 48, true, 'HS', 1],
  [5, 288, 96, true, 'HS', 2],
  [5, 576, 96, true, 'HS', 1],
  [5, 576, 96, true, 'HS', 1],
];

/** Of the expanded channels, so many are left by squeeze-excite. */
const SQUEEZE_SHARE = 1 / 4;
const STEM_CHANNELS = 16;
/** The head has so many times the channels of the last block. */
const HEAD_EXPANSION = 6;

interface Variant {
  readonly name: ArchitectureName;
  readonly rows: readonly Row[];
  /** Channels of the 1×1 convolution after pooling. */
  readonly features: number;
  /** Only ReLU and 3×3 kernels, and no squeeze-excite. */
  readonly minimalistic: boolean;
}

const large = { rows: LARGE, features: 1280 };
const small = { rows: SMALL, features: 1024 };

/** The networks of the family. */
export const VARIANTS = {
  'mobilenet-v3-large': { ...large, name: 'mobilenet-v3-large', minimalistic: false },
  'mobilenet-v3-small': { ...small, name: 'mobilenet-v3-small', minimalistic: false },
  'mobilenet-v3-large-minimalistic': { ...large, name: 'mobilenet-v3-large-minimalistic', minimalistic: true },
  'mobilenet-v3-small-minimalistic': { ...small, name: 'mobilenet-v3-small-minimalistic', minimalistic: true },
} as const satisfies Partial<Record<ArchitectureName, Variant>>;

const POINTWISE = { kind: 'pointwise', kernelSide: 1, stride: 1, norm: true } as const;

/**
 * MobileNetV3 (Howard et al. 2019, arXiv:1905.02244), without its classifier. The last stage pools before its widest
 * convolution, which has no batch norm.
 * @param width width multiplier; below 1 that convolution keeps its channels.
 * @param size side of the input in pixels.
 */
export function mobileNetV3(variant: Variant, width: number, size: number): Architecture {
  const { name, rows, features: published, minimalistic } = variant;
  const last: Activation = minimalistic ? 'relu' : 'hard-swish';
  let side = size;
  let channels = roundChannels(STEM_CHANNELS * width);
  const stem = { name: 'stem', kind: 'stem', kernelSide: 3, stride: 2, activation: last, norm: true } as const;
  const blocks: Block[] = [{ residual: false, layers: [{ ...stem, inChannels: 1, outChannels: channels, side }] }];
  side = samePadding(side, stem.kernelSide, stem.stride).outSide;
  let publishedChannels = STEM_CHANNELS;
  for (const [index, [kernel, expanded, rowChannels, squeezes, nonlinearity, stride]] of rows.entries()) {
    const block = `block${index}`;
    const kernelSide = minimalistic ? 3 : kernel;
    const activation = nonlinearity === 'HS' ? last : 'relu';
    const inChannels = channels;
    const hidden = roundChannels((inChannels * expanded) / publishedChannels);
    channels = roundChannels(rowChannels * width);
    const layers: ConvLayer[] = [];
    if (expanded > publishedChannels) {
      layers.push({ ...POINTWISE, name: `${block}/expand`, inChannels, outChannels: hidden, side, activation });
    }
    const depthwise = { name: `${block}/depthwise`, kind: 'depthwise', kernelSide, activation } as const;
    layers.push({ ...depthwise, inChannels: hidden, outChannels: hidden, stride, side, norm: true });
    side = samePadding(side, kernelSide, stride).outSide;
    const project = { ...POINTWISE, name: `${block}/project`, activation: 'linear' } as const;
    layers.push({ ...project, inChannels: hidden, outChannels: channels, side });
    const squeeze = squeezes && !minimalistic ? squeezeOf(`${block}/squeeze`, hidden, side) : undefined;
    blocks.push({ layers, squeeze, residual: stride === 1 && inChannels === channels });
    publishedChannels = rowChannels;
  }
  const pooled = roundChannels(channels * HEAD_EXPANSION);
  const head = { ...POINTWISE, name: 'head', activation: last };
  blocks.push({ residual: false, layers: [{ ...head, inChannels: channels, outChannels: pooled, side }] });
  const features = width > 1 ? roundChannels(published * width) : published;
  const widest = { ...POINTWISE, name: 'last', activation: last, norm: false };
  const tail = [{ ...widest, inChannels: pooled, outChannels: features, side: 1 }];
  return withBranches({ name, width, size }, [{ input: imageInput(size), blocks, finalSide: side, tail, features }]);
}

function squeezeOf(name: string, channels: number, side: number): Squeeze {
  const squeezed = roundChannels(channels * SQUEEZE_SHARE);
  const convolution = { ...POINTWISE, side: 1, norm: false };
  const reduce = { inChannels: channels, outChannels: squeezed, activation: 'relu' } as const;
  const expand = { inChannels: squeezed, outChannels: channels, activation: 'hard-sigmoid' } as const;
  const layers = [
    { ...convolution, ...reduce, name: `${name}/reduce` },
    { ...convolution, ...expand, name: `${name}/expand` },
  ] as const;
  return { name, channels, side, layers };
}
