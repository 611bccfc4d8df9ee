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
 * The 53 convolutions of MobileNetV2 (Sandler et al. 2018, arXiv:1801.04381) in the order of computation. The classifier
 * is a 1×1 convolution of the pooled features.
 * @param width width multiplier.
 */
export function mobileNetV2Layers(width: number): Layer[] {
  const pointwise = { kind: 'conv', kernelSize: 1, stride: 1 } as const;
  const stem = scaleChannels(32, width);
  const layers: Layer[] = [
    { name: 'stem', scope: 'Conv/', kind: 'conv', kernelSize: 3, inChannels: 3, outChannels: stem, stride: 2 },
  ];
  const blocks = STAGES.flatMap(([expansion, channels, repeats, firstStride]) =>
    Array.from({ length: repeats }, (_, i) => ({ expansion, channels, stride: i === 0 ? firstStride : 1 })),
  );
  let inChannels = stem;
  for (const [index, { expansion, channels, stride }] of blocks.entries()) {
    const names = (part: string) => ({
      name: `block${index}/${part}`,
      scope: `${index === 0 ? 'expanded_conv' : `expanded_conv_${index}`}/${part}/`,
    });
    const hidden = inChannels * expansion;
    const outChannels = scaleChannels(channels, width);
    const adds = stride === 1 && inChannels === outChannels ? `block${index - 1}/project` : undefined;
    if (expansion > 1) layers.push({ ...names('expand'), ...pointwise, inChannels, outChannels: hidden });
    layers.push(
      { ...names('depthwise'), kind: 'depthwise', kernelSize: 3, inChannels: hidden, outChannels: hidden, stride },
      { ...names('project'), ...pointwise, inChannels: hidden, outChannels, adds },
    );
    inChannels = outChannels;
  }
  // A narrow network keeps the whole head (paper, section 6.1).
  const features = scaleChannels(1280, Math.max(1, width));
  layers.push(
    { name: 'head', scope: 'Conv_1/', ...pointwise, inChannels, outChannels: features },
    { name: 'classifier', scope: 'Logits/Conv2d_1c_1x1/', ...pointwise, inChannels: features },
  );
  return layers;
}

/** Scales to the nearest multiple of 8, but not to less than 90 %. */
function scaleChannels(channels: number, width: number): number {
  const scaled = channels * width;
  const nearest = Math.max(8, Math.floor(scaled / 8 + 0.5) * 8);
  return nearest < 0.9 * scaled ? nearest + 8 : nearest;
}
