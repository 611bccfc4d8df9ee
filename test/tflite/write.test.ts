import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TfliteModel, TfliteOptions, TfliteTensor } from '../../ml/tflite/model.ts';
import { readTflite } from '../../ml/tflite/read.ts';
import { writeTflite } from '../../ml/tflite/write.ts';
import { needing, realData } from '../real-data.ts';
import { buildTflite, ONE_CONVOLUTION } from './build.ts';
import { model, OPTIONS } from './random-model.ts';
import { rawReader } from './raw-reader.ts';

const reread = (network: TfliteModel) => readTflite(writeTflite(network), 'written');

/** Which tensors a network's parts refer to, by their places in its list. */
function wiring({ tensors, inputs, outputs, operators, signatures }: TfliteModel) {
  const places = (list: readonly (TfliteTensor | null)[]) => list.map((item) => (item ? tensors.indexOf(item) : null));
  const placesOf = (list: readonly { tensor: TfliteTensor }[]) => places(list.map(({ tensor }) => tensor));
  return [
    places(inputs),
    places(outputs),
    ...operators.map((operator) => [places(operator.inputs), places(operator.outputs)]),
    ...signatures.map((signature) => [placesOf(signature.inputs), placesOf(signature.outputs)]),
  ];
}

const convolution = readTflite(buildTflite(ONE_CONVOLUTION), 'built');

describe('writing a .tflite file', () => {
  it('gives a file that is read as the same network', () => {
    fc.assert(
      fc.property(model, (network) => {
        const read = reread(network);
        expect(read).toEqual(network);
        expect(wiring(read)).toEqual(wiring(network));
      }),
      { numRuns: 200 },
    );
  });

  it('gives what another writer of the schema gives', () => {
    expect(reread(convolution)).toEqual(convolution);
  });

  it.each(Object.entries(OPTIONS))('keeps %s', (type, values) => {
    for (const value of fc.sample<object>(values, { numRuns: 5, seed: 1 })) {
      const options = { type, value } as TfliteOptions;
      const [operator] = reread(withOperators([['CONV_2D', 1, options]])).operators;
      expect(operator.options).toEqual(options);
    }
  });

  it('is the same every time', () => {
    expect(writeTflite(convolution)).toEqual(writeTflite(convolution));
  });

  it('writes 10 MB of weights in little time', () => {
    const [image, kernel, ...rest] = convolution.tensors;
    const data = new Uint8Array(10_000_000).fill(7);
    const tensors = [image, { ...kernel, shape: [1, 1, 1, data.length], data }, ...rest];
    const read = reread({ ...convolution, tensors, inputs: [image], outputs: [image], operators: [] });
    expect(Buffer.compare(read.tensors[1].data, data)).toBe(0);
  });

  it.each(['CUSTOM', 'operator 99'])('refuses %s, of which it does not know enough', (name) => {
    expect(() => writeTflite(withOperators([[name, 1, undefined]]))).toThrow(RangeError);
  });

  it('refuses a tensor that is not in the list', () => {
    expect(() => writeTflite({ ...convolution, inputs: [{ ...convolution.tensors[0] }] })).toThrow(
      new RangeError("the tensor image is not in the model's list"),
    );
  });
});

describe('the bytes of a .tflite file', () => {
  const network: TfliteModel = {
    ...withOperators([
      ['CONV_2D', 3, undefined],
      ['HARD_SWISH', 1, undefined],
      ['CONV_2D', 1, undefined],
      ['CONV_2D', 3, undefined],
    ]),
    metadata: [{ name: 'TFLITE_METADATA', data: Uint8Array.of(1, 2, 3) }],
    signatures: [{ key: 'serving_default', inputs: [{ name: 'x', tensor: convolution.tensors[3] }], outputs: [] }],
  };
  const bytes = writeTflite(network);
  const raw = rawReader(bytes);
  const { view, root, field } = raw;
  const int32 = (at: number, id: number) => view.getInt32(field(at, id) as number, true);

  it('begin with the identifier and hold the schema version', () => {
    expect(new TextDecoder().decode(bytes.subarray(4, 8))).toBe('TFL3');
    expect(int32(root, 0)).toBe(3);
  });

  it('list every kind of operator once, in both fields, a code above 127 as well', () => {
    const codes = raw
      .tables(root, 1)
      .map((at) => [field(at, 0) && view.getInt8(field(at, 0) as number), field(at, 2) && int32(at, 2), int32(at, 3)]);
    // Version 1 is the default and left out.
    expect(codes).toEqual([
      [3, 3, 3],
      [117, undefined, 117],
      [3, undefined, 3],
    ]);
    const [graph] = raw.tables(root, 2);
    const indices = raw.tables(graph, 3).map((at) => field(at, 0) && int32(at, 0));
    expect(indices).toEqual([undefined, 1, 2, undefined]);
  });

  it('have an empty first buffer, and the others aligned to 16 bytes', () => {
    const [first, ...others] = raw.tables(root, 4);
    expect(field(first, 0)).toBeUndefined();
    expect(others).toHaveLength(3);
    for (const at of others) expect((raw.refer(at, 0) + 4) % 16).toBe(0);
    const [graph] = raw.tables(root, 2);
    expect(raw.tables(graph, 0).map((at) => field(at, 2) && int32(at, 2))).toEqual([undefined, 1, 2, undefined]);
  });

  it('hold metadata and signatures', () => {
    const [entry] = raw.tables(root, 6);
    expect(int32(entry, 1)).toBe(3);
    const [signature] = raw.tables(root, 7);
    const [input] = raw.tables(signature, 0);
    expect(int32(input, 1)).toBe(3);
    expect(raw.text(signature, 2)).toBe('serving_default');
  });
});

/** The convolution's tensors with other operators. */
function withOperators(operators: readonly [name: string, version: number, options: TfliteOptions][]): TfliteModel {
  const [image, , , features] = convolution.tensors;
  return {
    ...convolution,
    operators: operators.map(([name, version, value]) => ({
      name,
      version,
      inputs: [image],
      outputs: [features],
      options: value,
    })),
  };
}

const folder = realData('pretrained');
const files = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.tflite')) : [];

describe("Google's files", needing(folder), () => {
  it.each(files.length > 0 ? files : ['each file'])('%s is written as it was read', (name) => {
    const network = readTflite(new Uint8Array(readFileSync(join(folder, name))), name);
    const read = reread(network);
    const withoutData = ({ tensors, ...rest }: TfliteModel) => ({
      ...rest,
      tensors: tensors.map((tensor) => ({ ...tensor, data: tensor.data.length })),
    });
    expect(wiring(read)).toEqual(wiring(network));
    expect(withoutData(strip(read))).toEqual(withoutData(strip(network)));
    for (const [i, { data }] of network.tensors.entries()) {
      expect(Buffer.compare(read.tensors[i].data, data), network.tensors[i].name).toBe(0);
    }
  });
});

/** Without the tensors that operators refer to, whose weights take long to compare one by one. */
function strip(network: TfliteModel): TfliteModel {
  const operators = network.operators.map((operator) => ({ ...operator, inputs: [], outputs: [] }));
  return { ...network, operators, inputs: [], outputs: [], signatures: [] };
}
