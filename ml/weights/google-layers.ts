import type { ArchitectureName } from '../config/schema.ts';
import type { Architecture, ConvLayer } from '../nn/architecture.ts';
import { buildArchitecture } from '../nn/architectures.ts';

/** One convolution of a MobileNet as TensorFlow's model zoo builds and names it. */
export interface Layer {
  /** `stem`, `block0/depthwise`, `block0/project`, `block1/expand`, …, `head`, `classifier`. */
  readonly name: string;
  /** Part of the name of its output tensor. */
  readonly scope: string;
  readonly kind: 'conv' | 'depthwise';
  readonly kernelSize: number;
  readonly inChannels: number;
  /** `undefined` where the file decides: the classes. */
  readonly outChannels?: number;
  readonly stride: number;
  /** The layer whose output is added to this one's. */
  readonly adds?: string;
  /** Whether it sees what an average pooling makes of the layer before it. */
  readonly pools: boolean;
}

/** What Google calls a network whose files can be read, and the width multipliers of those, the commonest first. */
interface Published {
  readonly title: string;
  readonly scope: string;
  readonly widths: readonly number[];
  /** How the files are called. */
  readonly files: string;
}

const MINIMALISTIC = { scope: 'MobilenetV3', widths: [1, 0.75] } as const;

export const PUBLISHED: Partial<Record<ArchitectureName, Published>> = {
  'mobilenet-v2': {
    title: 'MobileNetV2',
    scope: 'MobilenetV2',
    widths: [1, 0.35, 0.5, 0.75, 1.3, 1.4],
    files: 'mobilenet_v2_<width>_<size>.tflite or mobilenet_v2_<width>_<size>_quant.tflite',
  },
  'mobilenet-v3-large-minimalistic': {
    ...MINIMALISTIC,
    title: 'MobileNetV3-Large minimalistic',
    files: 'v3-large-minimalistic_224_<width>_uint8.tflite or …_float.tflite',
  },
  'mobilenet-v3-small-minimalistic': {
    ...MINIMALISTIC,
    title: 'MobileNetV3-Small minimalistic',
    files: 'v3-small-minimalistic_224_<width>_uint8.tflite or …_float.tflite',
  },
};

/** Any size does: the layers do not depend on it. */
const SIZE = 224;

/**
 * The convolutions of a network in the order of computation: 53 of MobileNetV2. The classifier is a 1×1 convolution of
 * the pooled features.
 * @param width width multiplier.
 */
export function googleLayers(architecture: ArchitectureName, width: number): Layer[] {
  const network = buildArchitecture({ architecture, width, size: SIZE });
  const scope = `${PUBLISHED[architecture]?.scope}/`;
  const [{ blocks, tail }] = network.branches;
  const convolutions = blocks.flatMap(({ layers, residual }, index) =>
    layers.map((conv, i) => {
      const adds = residual && i === layers.length - 1 ? blocks[index - 1].layers.at(-1)?.name : undefined;
      return { ...layerOf(conv, scope), adds, pools: false };
    }),
  );
  // Google's MobileNetV3 pools again before its classifier, which changes nothing.
  const dense = tail.map((conv) => ({ ...layerOf(conv, scope), pools: true }));
  return [...convolutions, ...dense, classifierOf(network, scope)];
}

function classifierOf({ features }: Architecture, scope: string): Layer {
  const convolution = { kind: 'conv', kernelSize: 1, inChannels: features, stride: 1, pools: true } as const;
  return { ...convolution, name: 'classifier', scope: `${scope}Logits/Conv2d_1c_1x1/` };
}

function layerOf({ name, kind, kernelSide, inChannels, outChannels, stride }: ConvLayer, scope: string) {
  return {
    name,
    scope: `${scope}${scopeOf(name)}`,
    kind: kind === 'depthwise' ? ('depthwise' as const) : ('conv' as const),
    kernelSize: kernelSide,
    // The network that is trained here sees grey pictures, Google's sees colours.
    inChannels: kind === 'stem' ? 3 : inChannels,
    outChannels,
    stride,
  };
}

const SCOPES: Readonly<Record<string, string>> = { stem: 'Conv/', head: 'Conv_1/', last: 'Conv_2/' };

function scopeOf(name: string): string {
  if (name in SCOPES) return SCOPES[name];
  const [block, part] = name.split('/');
  const index = Number(block.replace('block', ''));
  return `${index === 0 ? 'expanded_conv' : `expanded_conv_${index}`}/${part}/`;
}
