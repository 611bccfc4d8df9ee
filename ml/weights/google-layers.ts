import { mobileNetV2, type Unit } from '../nn/mobilenet-v2.ts';

/** One convolution of MobileNetV2 as TensorFlow's model zoo builds and names it. */
export interface Layer {
  /** `stem`, `block0/depthwise`, `block0/project`, `block1/expand`, …, `block16/project`, `head`, `classifier`. */
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
}

/** Width multipliers of the published files, the commonest first. */
export const WIDTHS = [1, 0.35, 0.5, 0.75, 1.3, 1.4] as const;

/** Any size does: the layers do not depend on it. */
const SIZE = 224;

/**
 * The 53 convolutions of MobileNetV2 in the order of computation. The classifier is a 1×1 convolution of the pooled
 * features.
 * @param width width multiplier.
 */
export function mobileNetV2Layers(width: number): Layer[] {
  const { blocks, features } = mobileNetV2(width, SIZE);
  const convolutions = blocks.flatMap(({ units, residual }, index) =>
    units.map((unit, i) => {
      const adds = residual && i === units.length - 1 ? blocks[index - 1].units.at(-1)?.name : undefined;
      return { ...layerOf(unit), adds };
    }),
  );
  const scope = 'Logits/Conv2d_1c_1x1/';
  return [...convolutions, { name: 'classifier', scope, kind: 'conv', kernelSize: 1, inChannels: features, stride: 1 }];
}

function layerOf({ name, kind, inChannels, outChannels, stride }: Unit): Layer {
  return {
    name,
    scope: scopeOf(name),
    kind: kind === 'depthwise' ? 'depthwise' : 'conv',
    kernelSize: kind === 'pointwise' ? 1 : 3,
    // The network that is trained here sees grey pictures, Google's sees colours.
    inChannels: kind === 'stem' ? 3 : inChannels,
    outChannels,
    stride,
  };
}

function scopeOf(name: string): string {
  if (name === 'stem') return 'Conv/';
  if (name === 'head') return 'Conv_1/';
  const [block, part] = name.split('/');
  const index = Number(block.replace('block', ''));
  return `${index === 0 ? 'expanded_conv' : `expanded_conv_${index}`}/${part}/`;
}
