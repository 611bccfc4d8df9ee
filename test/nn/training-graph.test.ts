import { describe, expect, it } from 'vitest';
import { ARCHITECTURES } from '../../ml/config/schema.ts';
import { Random } from '../../ml/core/random.ts';
import { buildArchitecture } from '../../ml/nn/architectures.ts';
import { Layout } from '../../ml/nn/layout.ts';
import { randomParameters } from '../../ml/nn/parameters.ts';
import { buildTrainingGraph } from '../../ml/nn/training-graph.ts';
import { blockSize } from '../../ml/train/hardware.ts';
import { relativeError, runGraph } from './run-graph.ts';

describe('the training graph', () => {
  const block = blockSize();

  it.skipIf(block === 1).each(ARCHITECTURES)(
    'of %s has the same loss, statistics and gradient in both layouts',
    async (name) => {
      const images = 16;
      const size = 48;
      const architecture = buildArchitecture({ architecture: name, width: 1, size });
      const heads = ['original', 'votes'];
      const run = async (layout: Layout) => {
        const graph = buildTrainingGraph(architecture, heads, 7, layout);
        const random = new Random(5);
        const values = randomParameters(graph.parameters, random);
        // Every number stays away from the kinks of ReLU6 and hard-swish, to whose other side the order of a sum could
        // send it; so the layouts may differ by rounding alone. A classifier that matters makes gradients non-trivial.
        for (const { name, offset, size: length } of graph.parameters.pieces) {
          for (let i = offset; i < offset + length; i++) {
            if (name.endsWith('/gamma')) values[i] = random.uniform(0.1, 0.2);
            else if (name.endsWith('/beta')) values[i] = random.uniform(1.5, 2);
            else if (name.startsWith('classifier/')) values[i] *= 10;
            else if (name.endsWith('/bias')) values[i] = random.normal(0, 0.2);
          }
        }
        const image = new Float32Array(images * size * size);
        const targets = new Float32Array(7 * images);
        for (let n = 0; n < images; n++) {
          for (let p = 0; p < size * size; p++) image[layout.offset(n, p, size)] = random.uniform(-1, 1);
          targets[(n % 7) * images + n] = 1;
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
      expect(relativeError(blocked['gradient'], portable['gradient'])).toBeLessThan(1e-4);
      expect(relativeError(blocked['loss'], portable['loss'])).toBeLessThan(1e-5);
      expect(relativeError(blocked['statistics'], portable['statistics'])).toBeLessThan(1e-4);
    },
  );
});
