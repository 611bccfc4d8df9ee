import fc from 'fast-check';
import { unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { type InputSpec, imageInput, LANDMARKS_INPUT } from '../../ml/model/inputs.ts';
import { decodeFlatbuffer } from '../../ml/tflite/decode.ts';
import {
  appendedLabels,
  appendLabels,
  describeTflite,
  METADATA_NAME,
  ModelMetadata,
} from '../../ml/tflite/metadata.ts';
import { readTflite } from '../../ml/tflite/read.ts';
import { writeTflite } from '../../ml/tflite/write.ts';
import { buildTflite, ONE_CONVOLUTION } from './build.ts';
import { rawReader } from './raw-reader.ts';

const about = { name: 'A model', description: 'Tells cats from dogs', version: '7' };
const metadata = describeTflite([imageInput(96)], 'prob', about);
const utf8 = new TextDecoder();

describe('the metadata of a model', () => {
  it('names landmarks after the image, and them alone where there is no image', () => {
    const inputsOf = (given: readonly InputSpec[]) => {
      const read = decodeFlatbuffer(describeTflite(given, 'prob', about), ModelMetadata, (found) => new Error(found));
      return read.subgraphs[0].inputs.map(({ name }) => name);
    };
    expect(inputsOf([imageInput(96), LANDMARKS_INPUT])).toEqual(['image', 'landmarks']);
    expect(inputsOf([LANDMARKS_INPUT])).toEqual(['landmarks']);
  });

  it('is read as it was meant', () => {
    const read = decodeFlatbuffer(metadata, ModelMetadata, (found) => new Error(found));
    expect(read).toMatchObject({ ...about, licence: 'MIT', minParserVersion: '1.0.0' });
    const [{ inputs, outputs }] = read.subgraphs;
    expect(inputs).toHaveLength(1);
    expect(inputs[0]).toMatchObject({
      name: 'image',
      content: { properties: { type: 'ImageProperties', value: { colourSpace: 'RGB' } } },
      processUnits: [{ options: { type: 'NormalizationOptions', value: { mean: [127.5], std: [127.5] } } }],
      stats: { min: [-1], max: [1] },
      associatedFiles: [],
    });
    expect(outputs).toHaveLength(1);
    expect(outputs[0]).toMatchObject({
      name: 'prob',
      stats: { min: [0], max: [1] },
      associatedFiles: [{ name: 'labels.txt', type: 'TENSOR_AXIS_LABELS' }],
    });
  });

  it('has the ids of the public schema', () => {
    const raw = rawReader(metadata);
    const { root, field, view } = raw;
    expect(utf8.decode(metadata.subarray(4, 8))).toBe('M001');
    expect([0, 1, 2, 4, 5, 7].map((id) => raw.text(root, id))).toEqual([
      about.name,
      about.description,
      about.version,
      'Emotion Lens',
      'MIT',
      '1.0.0',
    ]);
    const [graph] = raw.tables(root, 3);
    const [input] = raw.tables(graph, 2);
    const [output] = raw.tables(graph, 3);
    const byte = (at: number, id: number) => view.getUint8(field(at, id) as number);
    const floats = (at: number, id: number) => {
      const start = raw.refer(at, id);
      return Array.from({ length: view.getUint32(start, true) }, (_, i) => view.getFloat32(start + 4 + 4 * i, true));
    };

    expect(raw.text(input, 0)).toBe('image');
    const content = raw.refer(input, 3);
    expect(byte(content, 0), 'ImageProperties').toBe(2);
    expect(byte(raw.refer(content, 1), 0), 'RGB').toBe(1);
    const [unit] = raw.tables(input, 4);
    expect(byte(unit, 0), 'NormalizationOptions').toBe(1);
    const options = raw.refer(unit, 1);
    expect([floats(options, 0), floats(options, 1)]).toEqual([[127.5], [127.5]]);
    const range = raw.refer(input, 5);
    expect([floats(range, 0), floats(range, 1)]).toEqual([[1], [-1]]);

    expect(raw.text(output, 0)).toBe('prob');
    const outputRange = raw.refer(output, 5);
    expect([floats(outputRange, 0), floats(outputRange, 1)]).toEqual([[1], [0]]);
    const [labels] = raw.tables(output, 6);
    expect(raw.text(labels, 0)).toBe('labels.txt');
    expect(byte(labels, 2), 'TENSOR_AXIS_LABELS').toBe(2);
  });
});

describe('the labels after a model', () => {
  const network = readTflite(buildTflite(ONE_CONVOLUTION), 'built');
  const model = writeTflite({ ...network, metadata: [{ name: METADATA_NAME, data: metadata }] });
  const labels = ['Angry', 'Überrascht', '笑'];
  const whole = appendLabels(model, labels);

  it('leave the model as it was', () => {
    expect(whole.subarray(0, model.length)).toEqual(model);
    const [entry] = readTflite(whole, 'whole').metadata;
    expect(entry.name).toBe('TFLITE_METADATA');
    expect(entry.data).toEqual(metadata);
  });

  it('are unpacked from the whole file', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.array(fc.string({ unit: 'grapheme' })), (before, lines) => {
        const files = unzipSync(appendLabels(before, lines));
        expect(Object.keys(files)).toEqual(['labels.txt']);
        expect(utf8.decode(files['labels.txt'])).toBe(`${lines.join('\n')}\n`);
      }),
    );
  });

  it('are read from it, where there are any that are not too many', () => {
    expect(appendedLabels(whole)).toEqual(labels);
    expect(appendedLabels(model)).toBeUndefined();
    expect(appendedLabels(appendLabels(model, ['a'.repeat(100_001)]))).toBeUndefined();
  });

  it('lie where the archive says, counted from the start of the file, uncompressed and without a date', () => {
    const view = new DataView(whole.buffer, whole.byteOffset, whole.byteLength);
    const uint16 = (at: number) => view.getUint16(at, true);
    const uint32 = (at: number) => view.getUint32(at, true);
    const text = new TextEncoder().encode('Angry\nÜberrascht\n笑\n');

    const end = whole.length - 22;
    expect(uint32(end)).toBe(0x06054b50);
    expect([uint16(end + 8), uint16(end + 10)]).toEqual([1, 1]);
    const directory = uint32(end + 16);
    expect(directory + uint32(end + 12)).toBe(end);

    expect(uint32(directory)).toBe(0x02014b50);
    const header = uint32(directory + 42);
    expect(header).toBe(model.length);
    expect(uint32(header)).toBe(0x04034b50);
    for (const fields of [directory + 10, header + 8]) {
      expect(uint16(fields), 'stored').toBe(0);
      expect([uint16(fields + 2), uint16(fields + 4)], 'midnight, 1 January 1980').toEqual([0, 0x21]);
      expect([uint32(fields + 10), uint32(fields + 14)]).toEqual([text.length, text.length]);
    }
    const start = header + 30 + uint16(header + 26) + uint16(header + 28);
    expect(whole.subarray(start, start + text.length)).toEqual(text);
  });
});
