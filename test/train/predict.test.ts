import { expect, it } from 'vitest';
import { facesOf, indicesOf } from '../../ml/data/dataset.ts';
import { protocolLabels } from '../../ml/data/labels.ts';
import { publicAccuracies, publicAccuracy } from '../../ml/train/classifier.ts';
import { predictFaces } from '../../ml/train/predict.ts';
import { foldTrained } from '../../ml/train/trained-network.ts';
import { randomNetwork } from '../nn/random-network.ts';
import { stripes } from './stripes.ts';

const HEADS = ['original', 'votes'] as const;
const network = foldTrained(randomNetwork(0.35, 32, [...HEADS]));

it('gives in one pass what each head gives by itself', async () => {
  const dataset = stripes(280);
  const faces = facesOf(dataset, dataset.rows.slice(0, 37));
  const together = await predictFaces(network, HEADS, faces);
  for (const [h, head] of HEADS.entries()) {
    const alone = await predictFaces(network, head, faces);
    alone.forEach((probability, i) => {
      expect(together[(HEADS.length * Math.floor(i / 7) + h) * 7 + (i % 7)]).toBeCloseTo(probability, 6);
    });
  }
  expect(together).toHaveLength(37 * HEADS.length * 7);
});

it('measures each head on the faces of its own protocol, all of them seen once', async () => {
  const plain = stripes(280);
  // Half of the test faces have no majority among the voters.
  const votes = new Uint8Array(plain.count * 10);
  for (let face = 0; face < plain.count; face++) {
    if (face % 2 === 0) votes[10 * face + plain.labels[face]] = 10;
    else votes.fill(5, 10 * face, 10 * face + 2);
  }
  const dataset = { ...plain, votes };
  const tested = indicesOf(dataset, 'PublicTest');
  const { labels } = protocolLabels('ferplus-majority', dataset);
  const unlabelled = tested.filter((face) => labels[face] < 0).length;
  expect(unlabelled).toBeGreaterThan(0);
  expect(unlabelled).toBeLessThan(tested.length);
  let seen = 0;
  const both = await publicAccuracies(
    (faces) => {
      seen += faces.count;
      return predictFaces(network, HEADS, faces);
    },
    HEADS,
    dataset,
  );
  expect(seen).toBe(tested.length);
  for (const [head, accuracy] of both)
    expect(accuracy).toBe(await publicAccuracy((faces) => predictFaces(network, head, faces), head, dataset));
});
