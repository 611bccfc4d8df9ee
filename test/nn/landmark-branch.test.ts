import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as ort from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { Random } from '../../ml/core/random.ts';
import { buildArchitecture } from '../../ml/nn/architectures.ts';
import { buildInferenceGraph } from '../../ml/nn/inference-graph.ts';
import { Layout } from '../../ml/nn/layout.ts';
import { buildTrainingGraph } from '../../ml/nn/training-graph.ts';
import { foldTrained, loadNetwork, saveNetwork } from '../../ml/train/trained-network.ts';
import { randomNetwork } from './random-network.ts';
import { relativeError, runGraph } from './run-graph.ts';

const SIZE = 32;
const IMAGES = 4;
const CLASSES = 7;

/** One batch with its landmarks, and what the training graph makes of it at given parameters. */
function batchOf(landmarks: 'fused' | 'landmarksOnly') {
  const architecture = buildArchitecture({ architecture: 'mobilenet-v3-small', width: 0.35, size: SIZE, landmarks });
  const graph = buildTrainingGraph(architecture, ['votes'], CLASSES, new Layout(IMAGES, 1));
  const random = new Random(3);
  const values = (count: number, draw: () => number) => Float32Array.from({ length: count }, draw);
  const feeds: Record<string, Float32Array> = {
    image: values(IMAGES * SIZE * SIZE, () => random.uniform(-1, 1)),
    landmarks: values(136 * IMAGES, () => random.normal(0, 1)),
    mask: values(architecture.features * IMAGES, () => (random.chance(0.2) ? 0 : 1.25)),
    'targets/votes': values(CLASSES * IMAGES, () => 1 / CLASSES),
  };
  for (let n = 0; n < IMAGES; n++) feeds['targets/votes'][n * IMAGES + n] += 0.5;
  const run = (parameters: Float32Array) => {
    const named = Object.entries(graph.inputs).map(([name, shape]) => [
      name,
      { shape, values: name === 'parameters' ? parameters : feeds[name] },
    ]);
    return runGraph(graph.bytes, Object.fromEntries(named));
  };
  return { architecture, graph, run };
}

describe.each(['fused', 'landmarksOnly'] as const)('a network with landmarks %s', (landmarks) => {
  const { architecture, graph, run } = batchOf(landmarks);
  const trained = randomNetwork(0.35, SIZE, ['votes'], 'mobilenet-v3-small', landmarks);

  it('has the inputs that it needs, and sixty-four features of the landmarks after those of the image', () => {
    expect('image' in graph.inputs).toBe(landmarks === 'fused');
    expect(graph.inputs['landmarks']).toEqual([136, IMAGES]);
    expect(architecture.features).toBe(landmarks === 'fused' ? 1024 + 64 : 64);
  });

  it('has the gradient of finite differences in the branch and in what the classifier makes of it', async () => {
    const { parameters } = trained;
    const { gradient } = await run(parameters);
    const random = new Random(8);
    const pieces = ['landmarks/dense/kernel', 'landmarks/dense/bias', 'classifier/votes/kernel'];
    for (const piece of pieces) {
      const { offset, size } = graph.parameters.piece(piece);
      const direction = Float32Array.from({ length: size }, () => random.normal(0, 1));
      const slope = direction.reduce((sum, d, i) => sum + d * gradient[offset + i], 0);
      const lossAt = async (step: number) => {
        const moved = parameters.slice();
        for (const [i, d] of direction.entries()) moved[offset + i] += step * d;
        return (await run(moved))['loss'][0];
      };
      const step = 3e-4;
      const difference = ((await lossAt(step)) - (await lossAt(-step))) / (2 * step);
      expect(Math.abs(difference - slope)).toBeLessThan(0.01 * Math.abs(slope) + 5e-4);
    }
  });

  it('is kept as a file, and answers by its landmarks', async () => {
    const path = join(tmpdir(), `landmark-branch-${process.pid}-${landmarks}.safetensors`);
    await saveNetwork(path, trained);
    expect(await loadNetwork(path)).toEqual(trained);
    const bytes = buildInferenceGraph(foldTrained(trained), { batch: 1, head: 'votes' });
    const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
    expect(session.inputNames).toEqual(landmarks === 'fused' ? ['image', 'landmarks'] : ['landmarks']);
    const answer = async (value: number) => {
      const all = {
        image: new ort.Tensor('float32', new Float32Array(3 * SIZE * SIZE), [1, 3, SIZE, SIZE]),
        landmarks: new ort.Tensor('float32', new Float32Array(136).fill(value), [1, 136, 1, 1]),
      };
      const feeds = Object.fromEntries(Object.entries(all).filter(([name]) => session.inputNames.includes(name)));
      return (await session.run(feeds))['prob'].data as Float32Array;
    };
    expect(relativeError(await answer(1), await answer(0))).toBeGreaterThan(0.01);
  });
});
