import { describe, expect, it } from 'vitest';
import { openTfjs, type TfjsArtifacts } from '../../ml/runtime/tfjs-session.ts';

/** A graph of one operator on [1, 4] numbers. */
const graphOf = (op: string): TfjsArtifacts => ({
  kind: 'graph',
  topology: {
    node: [
      {
        name: 'x',
        op: 'Placeholder',
        attr: { dtype: { type: 'DT_FLOAT' }, shape: { shape: { dim: [{ size: '1' }, { size: '4' }] } } },
      },
      { name: 'y', op, input: ['x'], attr: { T: { type: 'DT_FLOAT' } } },
    ],
    library: {},
    versions: { producer: 1087 },
  },
  specs: [],
  data: new Uint8Array(),
});

describe('TensorFlow.js', () => {
  it.each([
    ['Relu', [0, 0, 0.5, 2]],
    ['Erf', [-0.8427007929, 0, 0.5204998778, 0.995322265]],
  ])('runs %s', async (op, expected) => {
    const session = await openTfjs(graphOf(op), 'model.json');
    const [values] = await session.run([{ shape: [1, 4], values: Float32Array.of(-1, 0, 0.5, 2) }]);
    for (const [i, value] of expected.entries()) expect(values[i]).toBeCloseTo(value, 5);
    await session.close();
  });

  it.each([
    [
      'an operator that it does not know',
      graphOf('NoSuchOperator'),
      /TensorFlow\.js cannot (load|run) model\.json: .*NoSuchOperator/,
    ],
    ['no network', { ...graphOf('Relu'), kind: 'layers' as const }, /TensorFlow\.js cannot load model\.json/],
  ])('says what is wrong with %s', async (_, artifacts, message) => {
    const work = async () =>
      (await openTfjs(artifacts, 'model.json')).run([{ shape: [1, 4], values: new Float32Array(4) }]);
    await expect(work()).rejects.toThrow(message);
  });
});
