import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkModel } from '../../ml/check/check-model.ts';
import { UserError } from '../../ml/core/errors.ts';
import { DATA_TYPE, encodeModel, type OnnxGraph, type OnnxModel, type OnnxNode } from '../../ml/onnx/model.ts';
import { loadIsolatedPredictor } from '../../ml/runtime/isolated-predictor.ts';
import { loadPredictor } from '../../ml/runtime/predictor.ts';
import { integers, modelOf, node } from '../check/check-models.ts';
import { facesIn } from '../data/helpers.ts';

const folder = await mkdtemp(join(tmpdir(), 'isolated-'));
async function save(name: string, model: OnnxModel): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, encodeModel(model));
  return path;
}

/** A model of the right ends with something hostile in between: `x` [1, 7] becomes `y`. */
function between(nodes: OnnxNode[], initializers: OnnxGraph['initializers'] = []): OnnxModel {
  return modelOf({
    nodes: [
      node('GlobalAveragePool', ['image'], 'mean'),
      node('Concat', ['mean', 'mean', 'mean'], 'nine', { axis: { int: 1 } }),
      node('Slice', ['nine', 'zero', 'seven', 'one'], 'four'),
      node('Reshape', ['four', 'row'], 'x'),
      ...nodes,
    ],
    initializers: [
      integers('zero', [0]),
      integers('one', [1]),
      integers('seven', [7]),
      integers('row', [1, 7]),
      ...initializers,
    ],
    inShape: [1, 3, 48, 48],
    outShape: [1, 7],
  });
}

/** Goes round for ever: its condition stays what it was. */
function endlessLoop(): OnnxModel {
  const value = (name: string, elementType: number, shape: number[]) => ({ name, elementType, shape });
  const body: OnnxGraph = {
    name: 'body',
    nodes: [node('Identity', ['go'], 'goes'), node('Identity', ['a'], 'b')],
    initializers: [],
    inputs: [value('turn', DATA_TYPE.int64, []), value('go', DATA_TYPE.bool, []), value('a', DATA_TYPE.float, [1, 7])],
    outputs: [value('goes', DATA_TYPE.bool, []), value('b', DATA_TYPE.float, [1, 7])],
    valueInfo: [],
  };
  const yes = { name: 'yes', dims: [], dataType: DATA_TYPE.bool, raw: Uint8Array.of(1) };
  return between([node('Loop', ['', 'yes', 'x'], 'y', { body: { graph: body } })], [yes]);
}

/** Doubles its numbers 30 times over, and adds them up. */
function doubling(): OnnxModel {
  const names = ['x', ...Array.from({ length: 30 }, (_, i) => `x${i}`)];
  const twice = names.slice(1).map((name, i) => node('Concat', [names[i], names[i]], name, { axis: { int: 0 } }));
  return between([...twice, node('ReduceMean', ['x29'], 'y', { axes: { ints: [0] } })]);
}

describe('a model in a process of its own', () => {
  it.each([
    'ml/models/emotion-fast/emotion.onnx',
    'ml/models/emotion-fast/emotion.int8.tflite',
  ])('answers as in this one: %s', async (file) => {
    const faces = facesIn(Uint8Array.from({ length: 40 * 48 * 48 }, (_, i) => (i * 7919) % 256));
    const [here, there] = [await loadPredictor(file), await loadIsolatedPredictor(file)];
    const told: number[] = [];
    expect(await there.predict(faces, (done) => told.push(done))).toEqual(await here.predict(faces));
    expect([there.size, there.takesLandmarks]).toEqual([here.size, here.takesLandmarks]);
    expect(told).toEqual([32, 40]);
    await Promise.all([here.close(), there.close()]);
  });

  it.each<[string, OnnxModel, number, RegExp]>([
    ['an endless loop', endlessLoop(), 5, /does not answer within 5 seconds/],
    ['numbers that double', doubling(), 50, /uses more than 1 GB of memory/],
  ])('is ended: %s', async (name, model, seconds, message) => {
    const file = await save(`${name}.onnx`, model);
    const face = facesIn(new Uint8Array(48 * 48));
    const limits = { bytes: 1_000_000_000, milliseconds: 1000 * seconds };
    const run = async () => {
      const predictor = await loadIsolatedPredictor(file, limits);
      await predictor.predict(face);
    };
    const thrown = await run().catch((error) => error);
    expect(thrown).toBeInstanceOf(UserError);
    expect(thrown.message).toMatch(message);
    // To judge it, it need not be run.
    expect((await checkModel(file)).operators.length).toBeGreaterThan(0);
  });

  it('is refused by its kind, and where its weights lie in another file', async () => {
    const page = join(folder, 'page.onnx');
    await writeFile(page, '<!DOCTYPE html>');
    await expect(loadIsolatedPredictor(page)).rejects.toThrow(/page\.onnx is a web page/);
    await expect(loadIsolatedPredictor(join(folder, 'none.onnx'))).rejects.toThrow(/does not exist/);
    await expect(loadIsolatedPredictor(join(folder, 'model.h5'))).rejects.toThrow(/ends in neither/);
  });
});
