import { describe, expect, it } from 'vitest';
import { generateFaces } from '../../ml/data/synthetic/generate.ts';
import { agreementOf } from '../../ml/evaluate/agreement.ts';
import { disagreements } from '../../ml/evaluate/disagreements.ts';

const dataset = generateFaces({ count: 70, seed: 1 });
const indices = Uint32Array.of(3, 10, 20);
const a = Float32Array.from([0.5, 0.3, 0.2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.6, 0.4, 0, 0, 0, 1, 0, 0, 0]);
const b = Float32Array.from([0.3, 0.5, 0.2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0.3, 0.7, 0, 0, 0, 1, 0, 0, 0]);

describe('two models', () => {
  it('are compared face by face', () => {
    const agreement = agreementOf(a, b, 3);
    expect(agreement.faces).toBe(3);
    expect(agreement.top1).toBeCloseTo(1 / 3);
    expect(agreement.largest).toBeCloseTo(0.3);
    expect(agreement.mean).toBeCloseTo(1 / 21);
  });

  it('disagree on faces that are shown with both answers, the surest first', () => {
    const predictions = (probabilities: Float32Array) => ({ split: 'PublicTest' as const, indices, probabilities });
    const found = disagreements(dataset, predictions(a), predictions(b), 10);
    expect(found).toMatchObject({ split: 'PublicTest', faces: 3, count: 2 });
    expect(found.tiles.map(({ caption }) => caption)).toEqual(['Surprise | Neutral', 'Angry | Disgust']);
    expect(found.tiles[0].pixels).toEqual(dataset.pixels.subarray(10 * 48 * 48, 11 * 48 * 48));
    expect(disagreements(dataset, predictions(a), predictions(b), 1).tiles).toHaveLength(1);
    expect(disagreements(dataset, predictions(a), predictions(a), 10)).toMatchObject({ count: 0, tiles: [] });
  });
});
