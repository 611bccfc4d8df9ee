import type { ArchitectureName } from '../config/schema.ts';
import { LANDMARK_VALUES } from '../core/ibug.ts';

/** What a unit does to each number of its result; `hard-swish` is x · `hard-sigmoid`, and that is ReLU6(x + 3) / 6. */
export type Activation = 'linear' | 'relu' | 'relu6' | 'hard-swish' | 'hard-sigmoid';

/** One convolution with its batch norm or bias, and its activation. */
export interface Unit {
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
 * Squeeze-excite (Hu et al. 2018, arXiv:1709.01507): two 1×1 convolutions of a map's means give a factor for each of its
 * channels.
 */
export interface Squeeze {
  /** Begins the names of its maps: `block3/squeeze`. */
  readonly name: string;
  readonly channels: number;
  /** Height and width of the map. */
  readonly side: number;
  readonly units: readonly [reduce: Unit, expand: Unit];
}

/**
 * An inverted residual block: its units in order, with squeeze-excite after the depthwise one if it has any, its input
 * added to its output if `residual`.
 */
export interface Block {
  readonly units: readonly Unit[];
  readonly squeeze?: Squeeze | undefined;
  readonly residual: boolean;
}

/**
 * A network without its classifier, as a list of blocks; the stem and the head are blocks of one unit. A network that
 * sees landmarks alone has neither blocks nor tail.
 */
export interface Architecture {
  readonly name: ArchitectureName;
  /** Width multiplier. */
  readonly width: number;
  /** Side of the input image in pixels. */
  readonly size: number;
  readonly blocks: readonly Block[];
  /** Height and width before pooling. */
  readonly finalSide: number;
  /** What comes between pooling and classifier, on one pixel. */
  readonly tail: readonly Unit[];
  /** Dense layer over the landmarks, whose features follow those of the image. */
  readonly landmarks?: Unit;
  /** Features that the classifier sees. */
  readonly features: number;
}

/** Features of the landmarks. */
const LANDMARK_FEATURES = 64;

const LANDMARK_UNIT: Unit = {
  name: 'landmarks/dense',
  kind: 'pointwise',
  inChannels: LANDMARK_VALUES,
  outChannels: LANDMARK_FEATURES,
  kernelSide: 1,
  stride: 1,
  side: 1,
  activation: 'relu6',
  norm: false,
};

/** The network with landmarks as its second input. */
export function withLandmarkBranch(network: Architecture): Architecture {
  return { ...network, landmarks: LANDMARK_UNIT, features: network.features + LANDMARK_FEATURES };
}

/** What is left of a network that sees landmarks beside the image if the image is left out. */
export function landmarksAlone(network: Architecture): Architecture {
  return { ...network, blocks: [], tail: [], landmarks: LANDMARK_UNIT, features: LANDMARK_FEATURES };
}

/** Whether there is a tower over the image. */
export const seesImage = ({ blocks }: Architecture) => blocks.length > 0;

/** Every unit in the order of computation. */
export function unitsOf({ blocks, tail, landmarks }: Architecture): Unit[] {
  const ofBlock = ({ units, squeeze }: Block) =>
    units.flatMap((unit) => (squeeze && unit.kind === 'depthwise' ? [unit, ...squeeze.units] : [unit]));
  return [...blocks.flatMap(ofBlock), ...tail, ...(landmarks ? [landmarks] : [])];
}

/** Those of {@link unitsOf} with batch norm. */
export const normedUnitsOf = (architecture: Architecture) => unitsOf(architecture).filter(({ norm }) => norm);

/** Numbers in one output channel's kernel, for the grey network that is trained. */
export function kernelTaps({ kind, inChannels, kernelSide }: Unit): number {
  return kind === 'pointwise' ? inChannels : kernelSide ** 2;
}

/** Rounds to a multiple of 8 without losing more than a tenth, as Google's code does. */
export function roundChannels(channels: number): number {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return rounded < 0.9 * channels ? rounded + 8 : rounded;
}
