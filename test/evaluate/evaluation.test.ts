import { describe, expect, it } from 'vitest';
import { EMOTIONS } from '../../ml/core/emotions.ts';
import { UserError } from '../../ml/core/errors.ts';
import { EvaluationSchema, evaluate, formatConfusion, formatEvaluation } from '../../ml/evaluate/evaluation.ts';
import { confidentMistakes } from '../../ml/evaluate/mistakes.ts';
import { datasetOf, type Face, pattern } from '../data/helpers.ts';

const HAPPY = 3;
const SAD = 4;
/** Ten votes for happiness, and ten without a majority. */
const HAPPY_VOTES = [0, 10, 0, 0, 0, 0, 0, 0, 0, 0];
const SPLIT_VOTES = [0, 5, 0, 5, 0, 0, 0, 0, 0, 0];

/** Answers happy with this confidence. */
const happy = (confidence: number) =>
  Array.from({ length: 7 }, (_, k) => (k === HAPPY ? confidence : (1 - confidence) / 6));

/** A model that is the surer of happiness the higher the position of the face. */
const predict = async (indices: Uint32Array) =>
  Float32Array.from(Array.from(indices).flatMap((face) => happy(0.5 + face / 20)));

const face = (label: number, split: number, votes?: readonly number[]): Face => ({
  label,
  split,
  votes,
  pixels: pattern(label * 10 + split + 1),
});

const voted = datasetOf([
  face(SAD, 0, HAPPY_VOTES),
  face(HAPPY, 1, HAPPY_VOTES),
  face(SAD, 1, HAPPY_VOTES),
  face(SAD, 2, SPLIT_VOTES),
  face(HAPPY, 2, HAPPY_VOTES),
  face(SAD, 2, HAPPY_VOTES),
]);

describe('evaluate', () => {
  it('measures each split under each protocol', async () => {
    const { evaluation, predictions } = await evaluate(voted, predict, ['PublicTest', 'PrivateTest'], 'model.onnx');
    const figures = evaluation.results.map(({ protocol, split, metrics }) => [
      protocol,
      split,
      metrics.count,
      metrics.accuracy,
    ]);
    expect(figures).toEqual([
      ['raw', 'PublicTest', 2, 1 / 2],
      ['ferplus-majority', 'PublicTest', 2, 1],
      ['raw', 'PrivateTest', 3, 1 / 3],
      ['ferplus-majority', 'PrivateTest', 2, 1],
    ]);
    expect(predictions.map(({ indices }) => Array.from(indices))).toEqual([
      [1, 2],
      [3, 4, 5],
    ]);
    expect(EvaluationSchema.parse(JSON.parse(JSON.stringify(evaluation)))).toEqual(evaluation);
  });

  it('keeps to the original labels without votes and leaves out empty splits', async () => {
    const dataset = datasetOf([face(HAPPY, 1)]);
    const { evaluation } = await evaluate(dataset, predict, ['PublicTest', 'PrivateTest'], 'model.onnx');
    expect(evaluation.results.map(({ protocol, split }) => `${protocol} ${split}`)).toEqual(['raw PublicTest']);
    await expect(evaluate(dataset, predict, ['PrivateTest'], 'model.onnx')).rejects.toThrow(UserError);
  });
});

describe('the protocols of CK+', () => {
  /** Two faces of CK+, and one of another data set that must not count. */
  const CONTEMPT = 7;
  const set = {
    ...datasetOf([face(HAPPY, 2), face(SAD, 2), face(HAPPY, 2), face(CONTEMPT, 2)]),
    subjects: Uint16Array.of(5, 6, 0, 7),
  };
  /** Neutral before sad before happy. */
  const neutral = [0, 0, 0, 0.1, 0.3, 0, 0.6];
  const answer = async (indices: Uint32Array) => Float32Array.from(Array.from(indices).flatMap(() => neutral));

  it('count the labels that the model has an output for, with all its answers and with those that occur', async () => {
    const { evaluation } = await evaluate(set, answer, ['PrivateTest'], 'model.onnx');
    const figures = evaluation.results.map(({ protocol, metrics }) => [
      protocol,
      metrics.count,
      metrics.accuracy,
      metrics.confusion[SAD],
    ]);
    expect(figures).toEqual([
      ['raw', 1, 0, [0, 0, 0, 0, 0, 0, 0]],
      ['ckplus', 2, 0, [0, 0, 0, 0, 0, 0, 1]],
      ['ckplus-restricted', 2, 1 / 2, [0, 0, 0, 0, 1, 0, 0]],
    ]);
    expect(formatConfusion(evaluation.results[1].metrics, EMOTIONS).split('\n')).toHaveLength(3);
  });

  it('are one where every class occurs', async () => {
    const all = { ...datasetOf(EMOTIONS.map((_, label) => face(label, 2))), subjects: new Uint16Array(7).fill(9) };
    const { evaluation } = await evaluate(all, answer, ['PrivateTest'], 'model.onnx');
    expect(evaluation.results.map(({ protocol }) => protocol)).toEqual(['ckplus']);
  });
});

describe('formatEvaluation', () => {
  it('aligns its columns', async () => {
    const { evaluation } = await evaluate(voted, predict, ['PublicTest', 'PrivateTest'], 'model.onnx');
    const lines = formatEvaluation(evaluation).split('\n');
    expect(lines).toHaveLength(5);
    expect(new Set(lines.map((line) => line.length)).size).toBe(1);
    expect(lines[0].trim().split(/ {2,}/)).toEqual([
      'protocol',
      'split',
      'n',
      'accuracy',
      '95 % interval',
      'macro-F1',
      'ECE',
    ]);
    // One of three: the interval is that of Wilson for 1/3, F1 is 0.5 for happiness and 0 for sadness, and
    // the three confidences fall into bins of their own: ECE = (|0 - 0.65| + |1 - 0.7| + |0 - 0.75|) / 3.
    expect(lines[3].trim().split(/ {2,}/)).toEqual([
      'raw',
      'PrivateTest',
      '3',
      '33.33 %',
      '6.15–79.23 %',
      '0.2500',
      '0.5667',
    ]);
  });
});

describe('confidentMistakes', () => {
  it('picks the surest mistakes, under the labels of the protocol', async () => {
    const { predictions } = await evaluate(voted, predict, ['PrivateTest'], 'model.onnx');
    const mistakes = confidentMistakes(voted, predictions[0], 'raw', 1);
    expect(mistakes).toMatchObject({ protocol: 'raw', split: 'PrivateTest', count: 2 });
    expect(mistakes.tiles).toHaveLength(1);
    expect(mistakes.tiles[0]).toMatchObject({ caption: 'Sad → Happy 75 %', size: 48, tone: 'bad' });
    expect(Array.from(mistakes.tiles[0].pixels)).toEqual(pattern(SAD * 10 + 3));
    expect(confidentMistakes(voted, predictions[0], 'raw', 9).tiles.map(({ caption }) => caption)).toEqual([
      'Sad → Happy 75 %',
      'Sad → Happy 65 %',
    ]);
    expect(confidentMistakes(voted, predictions[0], 'ferplus-majority', 9)).toMatchObject({ count: 0, tiles: [] });
  });
});
