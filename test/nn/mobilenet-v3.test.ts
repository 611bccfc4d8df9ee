import { describe, expect, it } from 'vitest';
import { type Architecture, batchNormLayersOf, convLayersOf, kernelTaps } from '../../ml/nn/architecture.ts';
import { buildArchitecture } from '../../ml/nn/architectures.ts';
import { parametersOf } from '../../ml/nn/parameters.ts';

/** Multiplications of a network with colours and 1000 classes, in millions. */
function millionsOf(architecture: Architecture): number {
  const layers = convLayersOf(architecture).map((conv) => {
    const places = Math.ceil(conv.side / conv.stride) ** 2;
    return places * conv.outChannels * kernelTaps(conv) * (conv.kind === 'stem' ? 3 : 1);
  });
  return (layers.reduce((a, b) => a + b) + 1000 * architecture.features) / 1e6;
}

/** Kernels and biases after batch norm is folded, with colours and so many classes. */
function foldedSize(architecture: Architecture, classes: number): number {
  const ofUnits = convLayersOf(architecture).map((conv) => conv.outChannels * (kernelTaps(conv) + 1));
  const colours = 2 * 9 * convLayersOf(architecture)[0].outChannels;
  return ofUnits.reduce((a, b) => a + b) + colours + classes * (architecture.features + 1);
}

describe('MobileNetV3', () => {
  // Table of tensorflow/models, research/slim/nets/mobilenet/README.md: parameters and multiplications, in millions. Of
  // the small network it has more multiplications than the same authors' paper (66 and 56 of the one with squeeze-excite).
  it.each([
    ['mobilenet-v3-large-minimalistic', 3.9, 209],
    ['mobilenet-v3-small-minimalistic', 2.0, undefined],
  ] as const)('%s needs as much as is published', (architecture, parameters, millions) => {
    const network = buildArchitecture({ architecture, width: 1, size: 224 });
    expect(foldedSize(network, 1001) / 1e6).toBeCloseTo(parameters, 1);
    if (millions) expect(Math.abs(millionsOf(network) / millions - 1)).toBeLessThan(0.02);
  });

  // torchvision's, which count γ and β of batch norm and 1000 classes.
  it.each([
    ['mobilenet-v3-large', 5_483_032, 217],
    ['mobilenet-v3-small', 2_542_856, 56],
  ] as const)('%s has the parameters of torchvision and the multiplications of the paper', (name, count, millions) => {
    const network = buildArchitecture({ architecture: name, width: 1, size: 224 });
    expect(parametersOf(network, ['imagenet'], 1000).size + 2 * 9 * 16).toBe(count);
    expect(Math.abs(millionsOf(network) / millions - 1)).toBeLessThan(0.02);
  });

  it('squeezes to a quarter of the expanded channels, after the depthwise convolution', () => {
    const layers = convLayersOf(buildArchitecture({ architecture: 'mobilenet-v3-small', width: 1, size: 96 }));
    const squeezed = layers.filter(({ name }) => name.endsWith('/squeeze/reduce'));
    expect(squeezed.map(({ outChannels }) => outChannels)).toEqual([8, 24, 64, 64, 32, 40, 72, 144, 144]);
    for (const reduce of squeezed) {
      expect(layers[layers.indexOf(reduce) - 1]).toMatchObject({ kind: 'depthwise', outChannels: reduce.inChannels });
    }
  });

  it('pools before its last convolution, which has a bias and no batch norm', () => {
    const network = buildArchitecture({ architecture: 'mobilenet-v3-large-minimalistic', width: 1, size: 96 });
    expect(network).toMatchObject({ branches: [{ finalSide: 3 }], features: 1280 });
    expect(network.branches[0].tail).toMatchObject([{ inChannels: 960, outChannels: 1280, side: 1, norm: false }]);
    expect(convLayersOf(network)).toHaveLength(47);
    expect(batchNormLayersOf(network)).toHaveLength(46);
    const names = parametersOf(network, ['original'], 7).pieces.map(({ name }) => name);
    expect(names.filter((name) => name.startsWith('last/'))).toEqual(['last/kernel', 'last/bias']);
  });

  it('has a first block without expansion whose input is added to its output', () => {
    const [{ blocks }] = buildArchitecture({
      architecture: 'mobilenet-v3-large-minimalistic',
      width: 1,
      size: 96,
    }).branches;
    expect(blocks[1].layers.map(({ name }) => name)).toEqual(['block0/depthwise', 'block0/project']);
    expect(blocks.map(({ residual }) => residual).filter(Boolean)).toHaveLength(10);
    expect(blocks[1].residual).toBe(true);
  });

  it.each([0.1, 0.35, 0.75, 1.3])('has whole channels at width %d', (width) => {
    const layers = convLayersOf(
      buildArchitecture({ architecture: 'mobilenet-v3-small-minimalistic', width, size: 64 }),
    );
    for (const [i, conv] of layers.entries()) {
      expect(conv.outChannels % 8, conv.name).toBe(0);
      if (i > 0) expect(conv.inChannels, conv.name).toBe(layers[i - 1].outChannels);
    }
  });
});
