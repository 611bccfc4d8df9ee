import type { ArchitectureName } from '../config/schema.ts';
import type { InputSpec } from '../model/inputs.ts';

/** What a layer does to each number of its result; `hard-swish` is x · `hard-sigmoid`, and that is ReLU6(x + 3) / 6. */
export type Activation = 'linear' | 'relu' | 'relu6' | 'hard-swish' | 'hard-sigmoid';

/** One convolution with its batch norm or bias, and its activation. */
export interface ConvLayer {
  /** `stem`, `block3/expand`, `block3/depthwise`, `block3/project`, …, `head`. */
  readonly name: string;
  readonly kind: 'stem' | 'pointwise' | 'depthwise';
  readonly inChannels: number;
  readonly outChannels: number;
  /** Height and width of the kernel. */
  readonly kernelSide: number;
  readonly stride: number;
  /** Height and width of its input. */
  readonly side: number;
  readonly activation: Activation;
  /** Whether batch norm follows; a convolution without it has a bias. */
  readonly norm: boolean;
}

/**
 * Squeeze-excite (Hu et al. 2018, arXiv:1709.01507): two 1×1 convolutions turn the channels' means into a factor for each
 * channel.
 */
export interface Squeeze {
  /** Prefix of the names of its activations: `block3/squeeze`. */
  readonly name: string;
  readonly channels: number;
  /** Height and width of its input. */
  readonly side: number;
  readonly layers: readonly [reduce: ConvLayer, expand: ConvLayer];
}

/**
 * An inverted residual block: its layers in order, squeeze-excite after the depthwise one if there is any, and its input
 * added to its output if `residual`.
 */
export interface Block {
  readonly layers: readonly ConvLayer[];
  readonly squeeze?: Squeeze | undefined;
  readonly residual: boolean;
}

/**
 * What one input goes through on its way to the classifier: an image through blocks, the first of which is the stem and the
 * last the head, and a global average pooling; a row of numbers through the tail only.
 */
export interface Branch {
  readonly input: InputSpec;
  readonly blocks: readonly Block[];
  /** Height and width before pooling; 1 without blocks. */
  readonly finalSide: number;
  /** Dense layers, which follow the pooling. */
  readonly tail: readonly ConvLayer[];
  /** Numbers that come out. */
  readonly features: number;
}

/** A network without its classifier. */
export interface Architecture {
  readonly name: ArchitectureName;
  /** Width multiplier. */
  readonly width: number;
  /** Side of the input image in pixels. */
  readonly size: number;
  /** One for each input; their features are concatenated in this order. */
  readonly branches: readonly Branch[];
  /** Features that the classifier sees. */
  readonly features: number;
}

/** The network with these branches. */
export function withBranches(
  network: Omit<Architecture, 'branches' | 'features'>,
  branches: readonly Branch[],
): Architecture {
  return { ...network, branches, features: branches.reduce((sum, { features }) => sum + features, 0) };
}

/** Only so many of the first blocks of a network of images: a small one with layers of all kinds, to try things with. */
export function firstBlocks({ branches: [branch], ...network }: Architecture, count: number): Architecture {
  const blocks = branch.blocks.slice(0, count);
  const { side, outChannels } = blocks[count - 1].layers.at(-1) as ConvLayer;
  return withBranches(network, [{ ...branch, blocks, finalSide: side, tail: [], features: outChannels }]);
}

/** A branch of one dense layer, named after its input. */
export function denseBranch(input: InputSpec, features: number): Branch {
  const layer = {
    name: `${input.name}/dense`,
    kind: 'pointwise',
    inChannels: input.channels,
    outChannels: features,
    kernelSide: 1,
    stride: 1,
    side: 1,
    activation: 'relu6',
    norm: false,
  } as const;
  return { input, blocks: [], finalSide: 1, tail: [layer], features };
}

const isOfImage = ({ input }: Branch) => input.kind === 'image';

/** The network without the branches of other inputs than the image. */
export const imageOnly = (network: Architecture) => withBranches(network, network.branches.filter(isOfImage));

/** The inputs in their order. */
export const inputsOf = ({ branches }: Architecture): InputSpec[] => branches.map(({ input }) => input);

/** Whether an image is among the inputs. */
export const seesImage = ({ branches }: Architecture) => branches.some(isOfImage);

/** Every layer with weights but the classifiers, in the order of computation. */
export function convLayersOf({ branches }: Pick<Architecture, 'branches'>): ConvLayer[] {
  const ofBlock = ({ layers, squeeze }: Block) =>
    layers.flatMap((conv) => (squeeze && conv.kind === 'depthwise' ? [conv, ...squeeze.layers] : [conv]));
  return branches.flatMap(({ blocks, tail }) => [...blocks.flatMap(ofBlock), ...tail]);
}

/** Those of {@link convLayersOf} that weights for the first input only may lack. */
export const optionalLayersOf = ({ branches }: Architecture): ReadonlySet<ConvLayer> =>
  new Set(convLayersOf({ branches: branches.slice(1) }));

/** Those of {@link convLayersOf} with batch norm. */
export const batchNormLayersOf = (architecture: Architecture) => convLayersOf(architecture).filter(({ norm }) => norm);

/** Numbers in one output channel's kernel, for the grey network that is trained. */
export function kernelTaps({ kind, inChannels, kernelSide }: ConvLayer): number {
  return kind === 'pointwise' ? inChannels : kernelSide ** 2;
}

/** Rounds to a multiple of 8 without losing more than a tenth, as Google's code does. */
export function roundChannels(channels: number): number {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return rounded < 0.9 * channels ? rounded + 8 : rounded;
}

/**
 * TensorFlow's SAME padding: the output has ⌈side/stride⌉ pixels, and the extra pixel of an odd padding lies at the end, so an
 * even side at stride 2 is padded only at the bottom and on the right.
 */
export function samePadding(
  side: number,
  kernel: number,
  stride: number,
): { outSide: number; begin: number; end: number } {
  const outSide = Math.ceil(side / stride);
  const total = Math.max((outSide - 1) * stride + kernel - side, 0);
  const begin = Math.floor(total / 2);
  return { outSide, begin, end: total - begin };
}
