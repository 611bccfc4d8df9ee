import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { programArguments } from '../../ml/core/processes.ts';
import { Graph } from '../../ml/nn/graph.ts';
import { add, matmul, matmulAdd, reshape } from '../../ml/nn/ops.ts';
import { FACE_API } from '../../tools/bench/compared-models.ts';
import { multiplicationsOf } from '../../tools/bench/multiplications.ts';
import { MODELS, openParticipants } from '../../tools/bench/peers/participants.ts';
import { temporaryFolder } from '../data/helpers.ts';

const folder = temporaryFolder();

function bench(...words: string[]) {
  const program = programArguments(new URL('../../tools/bench/peers.ts', import.meta.url));
  return spawnSync(process.execPath, [...program, ...words], { encoding: 'utf8' });
}

describe('bench:peers', () => {
  it.each([
    [['ml/models'], /^error: found ml\/models; expected only options, see npm run bench:peers -- --help\n$/],
    [['--every', 'x'], /^error: --every x: expected a whole number from 1\n$/],
    [['--acted', ''], /^error: --acted : expected a number from 0 to 2\n$/],
  ] as const)('says in one line what is wrong: %j', (words, message) => {
    const { status, stdout, stderr } = bench(...words);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(message);
  });

  it('needs a folder of models', () => {
    mkdirSync(join(folder, 'some', 'ckplus48'), { recursive: true });
    const { status, stderr } = bench('--data', join(folder, 'some'), '--models', folder);
    expect(status).toBe(1);
    expect(stderr).toMatch(/error: .* has no model; expected folders with a model\.json, as ml\/models has them\n$/);
  });

  it('says of a folder which data sets it lacks', () => {
    const { status, stdout, stderr } = bench('--data', folder);
    expect([status, stdout]).toEqual([1, '']);
    for (const missing of ['fer2013.csv', 'ckplus48', 'kdef-frontal']) expect(stderr).toContain(missing);
    expect(stderr).toMatch(/error: .* has none of the data sets; name their folder with --data\n$/);
  });

  it('compares every model of ours, in 8 bits, with face-api', async () => {
    const notes: string[] = [];
    const participants = await openParticipants(MODELS, (line) => notes.push(line));
    for (const { predictor } of participants) await predictor.close();
    const ours = participants.filter((participant) => participant.actedBias !== null).map(({ name }) => name);
    expect(ours.length).toBeGreaterThan(0);
    for (const name of ours) expect(existsSync(`${MODELS}/${name}/model.json`)).toBe(true);
    const faceApi = participants.find(({ name }) => name === FACE_API)!;
    expect(faceApi.actedBias).toBeNull();
    expect(faceApi.bytes).toBe(faceApi.onnx.length);
    expect(participants.some(({ name }) => name === 'human-models')).toBe(notes.length === 0);
  });
});

describe('multiplications', () => {
  it('are counted in convolutions and products of matrices, by hand', () => {
    const graph = new Graph();
    const image = graph.input('image', [1, 4, 9, 9]);
    const weights = (...shape: number[]) =>
      graph.constant(
        new Float32Array(shape.reduce((count, side) => count * side, 1)).map((_, i) => i),
        shape,
      );
    // 5 × 5 places of 6 channels, each of 3 × 3 numbers of 4 channels; then depthwise, each of its own channel only.
    const strided = { strides: { ints: [2, 2] }, pads: { ints: [1, 1, 1, 1] } };
    const wide = graph.node('Conv', [image, weights(6, 4, 3, 3)], [1, 6, 5, 5], { attributes: strided });
    const own = { group: { int: 6 }, pads: { ints: [1, 1, 1, 1] } };
    const deep = graph.node('Conv', [wide, weights(6, 1, 3, 3)], [1, 6, 5, 5], { attributes: own });
    const flat = reshape(add(deep, wide), [1, 150]);
    const scores = matmulAdd(flat, weights(150, 7), weights(7));
    graph.output('result', matmul(scores, weights(7, 2)));
    const expected = 25 * 6 * 9 * 4 + 25 * 6 * 9 + 150 * 7 + 7 * 2;
    expect(multiplicationsOf(graph.encode(11), 'a model')).toBe(expected);
  });

  it('are unknown of a model that takes pictures of any size', () => {
    const graph = new Graph();
    const image = graph.input('image', [1, 3, 8, 8], [1, 3, 'height', 'width']);
    const kernel = graph.constant(new Float32Array(9).fill(1), [3, 3, 1, 1]);
    graph.output('result', graph.node('Conv', [image, kernel], [1, 3, 8, 8]), [1, 3, 'height', 'width']);
    expect(() => multiplicationsOf(graph.encode(11), 'a model')).toThrow('is not fixed');
  });
});
