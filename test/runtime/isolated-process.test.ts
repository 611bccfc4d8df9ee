import { afterEach, describe, expect, it } from 'vitest';
import { UserError } from '../../ml/core/errors.ts';
import { IsolatedProcess, type Limits } from '../../ml/runtime/isolated-process.ts';

const MODULE = new URL('./hostile-process.ts', import.meta.url);
const ROOMY: Limits = { bytes: 2_000_000_000, milliseconds: 60_000 };

const failureOf = (call: Promise<unknown>): Promise<Error> =>
  call.then(
    () => new Error('it did not fail'),
    (thrown) => thrown,
  );

const started: IsolatedProcess[] = [];
function start(limits: Partial<Limits> = {}): IsolatedProcess {
  const isolated = new IsolatedProcess(MODULE, 'face.onnx', { ...ROOMY, ...limits });
  started.push(isolated);
  return isolated;
}
afterEach(() => Promise.all(started.splice(0).map((isolated) => isolated.close())));

describe('a process of its own', () => {
  it('answers with arrays of numbers, one call after another', async () => {
    const isolated = start();
    expect(await isolated.call('double', Float32Array.of(1, 2.5))).toEqual(Float32Array.of(2, 5));
    expect(await isolated.call('double', new Float32Array(100_000).fill(3))).toEqual(new Float32Array(100_000).fill(6));
  });

  it('tells of what is wrong with a model apart from what is wrong with the program', async () => {
    const isolated = start();
    await expect(isolated.call('refuse')).rejects.toThrow(new UserError('face.onnx is no model'));
    const fault = await failureOf(isolated.call('fault'));
    expect(fault).not.toBeInstanceOf(UserError);
    expect(fault.message).toBe('x is not a function');
    expect(await isolated.call('double', Float32Array.of(1))).toEqual(Float32Array.of(2));
  });

  it.each<[string, string, Partial<Limits>, RegExp]>([
    ['takes too long', 'loop', { milliseconds: 300 }, /^face\.onnx does not answer within 0\.3 seconds; choose/],
    ['takes too much memory', 'grow', { bytes: 500_000_000 }, /^face\.onnx uses more than 0\.5 GB of memory; choose/],
    ['crashes', 'crash', {}, /^face\.onnx made its runtime crash \((SIGABRT|exit \d+).*choose another model/s],
  ])('is gone where it %s, and this one goes on', async (_, method, limits, message) => {
    const isolated = start(limits);
    const thrown = await failureOf(isolated.call(method));
    expect(thrown).toBeInstanceOf(UserError);
    expect(thrown.message).toMatch(message);
    await expect(isolated.call('double', Float32Array.of(1))).rejects.toThrow(thrown);
  });

  it('can be ended while it works', async () => {
    const isolated = start();
    const call = isolated.call('loop').catch((thrown) => thrown);
    await isolated.close();
    expect(await call).toBeInstanceOf(UserError);
  });
});
