import { describe, expect, it } from 'vitest';
import { Random } from '../../ml/core/random.ts';
import { Layout } from '../../ml/nn/layout.ts';
import { mobileNetV2, unitsOf } from '../../ml/nn/mobilenet-v2.ts';
import { parametersOf, randomParameters, statisticsOf } from '../../ml/nn/parameters.ts';
import { buildTrainingGraph } from '../../ml/nn/training-graph.ts';
import { blockSize } from '../../ml/train/hardware.ts';
import { relativeError, runGraph } from './run-graph.ts';

describe('MobileNetV2', () => {
  it('has the layers and sides of the paper at width 1 and 224 px', () => {
    const units = unitsOf(mobileNetV2(1, 224));
    expect(units).toHaveLength(52);
    expect(units.filter((unit) => unit.kind === 'depthwise')).toHaveLength(17);
    expect(mobileNetV2(1, 224).blocks.filter((block) => block.residual)).toHaveLength(10);
    expect(units.filter((unit) => unit.stride === 2).map((unit) => unit.side)).toEqual([224, 112, 56, 28, 14]);
    expect(mobileNetV2(1, 224).finalSide).toBe(7);
  });

  it('has the 2,223,872 parameters of Keras without its top, less the two colours of the grey stem', () => {
    const architecture = mobileNetV2(1, 96);
    const own = parametersOf(architecture, ['original'], 7).size - (1280 * 7 + 7);
    const statistics = statisticsOf(architecture).size;
    // Keras counts moving means and variances among its 2,257,984 parameters.
    expect(own + statistics).toBe(2_257_984 - 32 * 9 * 2);
  });

  it('has the 410,208 parameters of Keras at width 0.35, less the two colours of the grey stem', () => {
    const architecture = mobileNetV2(0.35, 224);
    const own = parametersOf(architecture, ['original'], 7).size - (1280 * 7 + 7);
    expect(own + statisticsOf(architecture).size).toBe(410_208 - 16 * 9 * 2);
  });
});

describe('the training graph', () => {
  const block = blockSize();

  it.skipIf(block === 1)('has the same loss, statistics and gradient in both layouts', async () => {
    const images = 16;
    const size = 48;
    const architecture = mobileNetV2(1, size);
    const heads = ['original', 'votes'];
    const inOrder = Array.from({ length: images }, (_, n) => n);
    /** `places` says where in the batch each image lies. */
    const run = async (layout: Layout, places = inOrder) => {
      const graph = buildTrainingGraph(architecture, heads, 7, layout);
      const random = new Random(5);
      const values = randomParameters(graph.parameters, random);
      for (const { name, offset, size: length } of graph.parameters.pieces) {
        // Norms away from their start and a classifier that matters make every gradient non-trivial.
        for (let i = offset; i < offset + length; i++) {
          if (name.endsWith('/gamma') || name.endsWith('/beta')) values[i] += random.normal(0, 0.2);
          if (name.startsWith('classifier/')) values[i] *= 10;
        }
      }
      const image = new Float32Array(images * size * size);
      const targets = new Float32Array(7 * images);
      for (const [n, place] of places.entries()) {
        for (let p = 0; p < size * size; p++) image[layout.offset(place, p, size)] = random.uniform(-1, 1);
        targets[(n % 7) * images + place] = 1;
      }
      const mask = new Float32Array(architecture.features * images).fill(1);
      const feed = (name: string, data: Float32Array) => [name, { shape: graph.inputs[name], values: data }] as const;
      const feeds = [feed('parameters', values), feed('image', image), feed('mask', mask)];
      return runGraph(
        graph.bytes,
        Object.fromEntries([...feeds, ...heads.map((head) => feed(`targets/${head}`, targets))]),
      );
    };
    const portable = await run(new Layout(images, 1));
    const blocked = await run(new Layout(images, block));
    // The same batch in another order is the same to the mathematics, but not to float32, where the order of a sum
    // decides to which side of a ReLU6 a number falls: the layouts may differ by that noise, and by no more.
    const reordered = await run(new Layout(images, 1), inOrder.toReversed());
    const noise = relativeError(reordered['gradient'], portable['gradient']);
    expect(noise).toBeLessThan(0.02);
    expect(relativeError(blocked['gradient'], portable['gradient'])).toBeLessThan(2 * noise);
    expect(relativeError(blocked['loss'], portable['loss'])).toBeLessThan(1e-5);
    expect(relativeError(blocked['statistics'], portable['statistics'])).toBeLessThan(1e-4);
  });
});
