import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../ml/core/errors.ts';
import { readTflite } from '../../ml/tflite/read.ts';
import { writeTflite } from '../../ml/tflite/write.ts';
import { buildTflite, ONE_CONVOLUTION } from './build.ts';
import { model } from './random-model.ts';

const FILE = 'net.tflite';

/** Either a model or an error that names the file; a reader that goes round in circles runs into the test's time limit. */
function expectModelOrUserError(bytes: Uint8Array): void {
  try {
    expect(readTflite(bytes, FILE).tensors).toBeInstanceOf(Array);
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(UserError);
    expect((thrown as Error).message).toContain(FILE);
  }
}

/** Files with every kind of table, and one from another writer. */
const files: readonly Uint8Array[] = [
  buildTflite(ONE_CONVOLUTION),
  ...fc.sample(model, { numRuns: 40, seed: 7 }).map(writeTflite),
];
const file = fc.constantFrom(...files);

describe('a damaged .tflite file is read or refused', () => {
  it('however it is cut', () => {
    for (const bytes of files.slice(0, 8)) {
      for (let length = 0; length < bytes.length; length++) expectModelOrUserError(bytes.subarray(0, length));
    }
  });

  it('whatever bytes of it are wrong', () => {
    const change = fc.tuple(fc.nat(), fc.nat(255));
    fc.assert(
      fc.property(file, fc.array(change, { minLength: 1, maxLength: 8 }), (sound, changes) => {
        const bytes = sound.slice();
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        expectModelOrUserError(bytes);
      }),
      { numRuns: 2000 },
    );
  });

  it('whatever its offsets and lengths are', () => {
    const hostile = fc.oneof(
      fc.constantFrom(0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_fffc, 0xffff_ffff),
      // Within the file, backwards as well, so that tables and vectors come to overlap.
      fc.integer({ min: -2000, max: 2000 }),
      fc.integer({ min: 0, max: 0xffff_ffff }),
    );
    const change = fc.tuple(fc.nat(), hostile);
    fc.assert(
      fc.property(file, fc.array(change, { minLength: 1, maxLength: 6 }), (sound, changes) => {
        const bytes = sound.slice();
        const view = new DataView(bytes.buffer);
        const words = Math.floor(bytes.length / 4);
        for (const [at, value] of changes) view.setUint32(4 * (at % words), value, true);
        bytes.set(sound.subarray(4, 8), 4);
        expectModelOrUserError(bytes);
      }),
      { numRuns: 2000 },
    );
  });

  it('whatever follows the identifier', () => {
    fc.assert(
      fc.property(fc.nat(64), fc.uint8Array({ maxLength: 200 }), (root, rest) => {
        expectModelOrUserError(Uint8Array.from([root, 0, 0, 0, ...new TextEncoder().encode('TFL3'), ...rest]));
      }),
      { numRuns: 2000 },
    );
  });
});
