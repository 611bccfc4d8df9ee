import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ARCHITECTURES, LANDMARK_USES } from '../../ml/config/schema.ts';
import { inputsFor, landmarkUseOf, tensorShape } from '../../ml/model/inputs.ts';
import { readModelJson } from '../../ml/model/model-json.ts';
import { decodeNetworkInfo, encodeNetworkInfo, type NetworkInfo } from '../../ml/model/network.ts';
import { decodeOnnxMetadata, encodeOnnxMetadata, namesIn, namesText, originOf } from '../../ml/model/onnx-metadata.ts';
import { decodeModel } from '../../ml/onnx/decode.ts';
import type { OnnxModel } from '../../ml/onnx/model.ts';

describe('names of classes in metadata', () => {
  it('are read as they were written, whatever is in them', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), (names) => {
        expect(namesIn(namesText(names))).toEqual(names);
      }),
    );
    expect(namesText(['Angry', 'Sad'])).toBe('Angry,Sad');
    expect(namesIn('Angry, Sad')).toEqual(['Angry', 'Sad']);
  });
});

const MODELS = join('ml', 'models');
const info: NetworkInfo = {
  architecture: 'mobilenet-v2',
  width: 0.5,
  size: 96,
  landmarks: 'none',
  classes: 7,
  heads: ['votes'],
  epoch: 3,
};
const written = (value: NetworkInfo) => JSON.parse(encodeNetworkInfo(value)['network']);
const decoded = (fields: object) => decodeNetworkInfo({ network: JSON.stringify(fields) }, 'a.safetensors');

/** An exported file with these metadata, without its layers. */
function fileOf(metadata: Readonly<Record<string, string>>, landmarks: NetworkInfo['landmarks'], size: number) {
  const inputs = inputsFor(size, landmarks).map((input) => ({
    name: input.name,
    elementType: 1,
    shape: tensorShape(input, 'NCHW'),
  }));
  return { metadata, graph: { inputs } } as unknown as OnnxModel;
}

describe('what identifies a network', () => {
  it('is written without the defaults of earlier versions, and read with them', () => {
    expect(written(info)).toEqual({ width: 0.5, size: 96, classes: 7, heads: ['votes'], epoch: 3 });
    expect(decoded(written(info))).toEqual(info);
    const other = { ...info, architecture: 'mobilenet-v3-small', landmarks: 'fused', upscaledBy: 'ab' } as const;
    expect(written(other)).toMatchObject({ architecture: 'mobilenet-v3-small', landmarks: 'fused', upscaledBy: 'ab' });
    expect(decoded(written(other))).toEqual(other);
  });

  it('has the names of its classes, one for each, unless they are the expressions', () => {
    const own = { ...info, classes: 3, labels: ['wink', 'Kiss', 'Rest'] };
    expect(decoded(written(own))).toEqual(own);
    for (const labels of [['wink', 'Kiss'], ['wink', 'Kiss', 'kiss'], ['wink', 'Kiss', '\u001b'], 'wink,Kiss,Rest'])
      expect(() => decoded({ ...written(own), labels })).toThrow(/a\.safetensors holds no network/);
  });

  it('has the names of version 0.1 for landmarks read too', () => {
    expect(decoded({ ...written(info), landmarks: 'beside' }).landmarks).toBe('fused');
    expect(decoded({ ...written(info), landmarks: 'alone' }).landmarks).toBe('landmarksOnly');
  });

  it.each([
    ['nothing', null],
    ['another architecture', { ...written(info), architecture: '__proto__' }],
    ['another use of landmarks', { ...written(info), landmarks: 'twice' }],
    ['a width of 1000', { ...written(info), width: 1000 }],
    ['a side of 2', { ...written(info), size: 2 }],
    ['another head', { ...written(info), heads: ['../votes'] }],
    ['no head', { ...written(info), heads: [] }],
    ['ninety classes', { ...written(info), classes: 90 }],
    ['minus one epochs', { ...written(info), epoch: -1 }],
  ])('is refused with %s', (_, fields) => {
    expect(() => decodeNetworkInfo({ network: JSON.stringify(fields) }, 'a.safetensors')).toThrow(
      /a\.safetensors holds no network of this project; expected a file that/,
    );
  });
});

describe('the metadata of an ONNX file', () => {
  it('of every network and every use of landmarks are read back as they were written', () => {
    const origin = { run: 'run', averageOf: 'ab 1.0000', epoch: 4, heldOut: '0 of 10', upscaledBy: 'cd' };
    for (const architecture of ARCHITECTURES)
      for (const landmarks of LANDMARK_USES) {
        const shape = { architecture, width: 0.35, size: 64, landmarks };
        const metadata = encodeOnnxMetadata('blended', shape, origin);
        const file = fileOf(metadata, landmarks, 64);
        expect(decodeOnnxMetadata(file, 'a.onnx')).toEqual({ ...shape, ...origin, head: 'blended' });
        expect(originOf(file)).toEqual(origin);
        expect(landmarkUseOf(file.graph.inputs.map(({ name }) => name))).toBe(landmarks);
      }
  });

  it('name any classes so that they are read back, and the seven expressions as ever', () => {
    const labelsOf = (labels?: readonly string[]) => {
      const metadata = encodeOnnxMetadata('original', info, { labels });
      return [metadata['labels'], decodeOnnxMetadata(fileOf(metadata, 'none', 48), 'a.onnx').labels];
    };
    expect(labelsOf()).toEqual(['Angry,Disgust,Fear,Happy,Sad,Surprise,Neutral', undefined]);
    expect(labelsOf(['wink', 'Kiss'])).toEqual(['wink,Kiss', ['wink', 'Kiss']]);
    for (const labels of [
      ['a, b', 'c'],
      ['["a"', '"b"]'],
      [' a', 'b'],
      ['1', '2'],
    ])
      expect(labelsOf(labels)[1], labels.join()).toEqual(labels);
  });

  it('say only what is known', () => {
    expect(Object.keys(encodeOnnxMetadata('votes', info))).toEqual([
      'labels',
      'inputRange',
      'version',
      'head',
      'width',
    ]);
    expect(decodeOnnxMetadata(fileOf({}, 'none', 48), 'a.onnx')).toEqual({
      head: 'original',
      architecture: 'mobilenet-v2',
      width: 1,
      size: 48,
      landmarks: 'none',
      epoch: 0,
    });
  });

  it.each([
    ['head', '__proto__', /expected one of original/],
    ['architecture', 'resnet', /expected one of "mobilenet-v2"/],
    ['width', 'wide', /expected number/],
    ['width', '99', /expected number to be <=2/],
    ['epoch', '-1', /expected number to be >=0/],
    ['size', '1e9', /expected number to be <=384/],
    ['labels', 'a,A', /expected each class once/],
    ['labels', 'a,\u001b', /expected 1 to 60 letters/],
    ['labels', 'a', /expected array to have >=2 items/],
  ])('with the %s %s are refused by the name of the field', (field, value, expected) => {
    const read = () => decodeOnnxMetadata(fileOf({ [field]: value }, 'none', 48), 'a.onnx');
    expect(read).toThrow(`a.onnx: the metadata field ${field} is ${JSON.stringify(value)}; `);
    expect(read).toThrow(expected);
  });

  it('do not stand for an image of an impossible side, or for no input at all', () => {
    const message = /a\.onnx has no input "image" \[1, 3, S, S\]/;
    expect(() => decodeOnnxMetadata(fileOf({}, 'none', 1e6), 'a.onnx')).toThrow(message);
    expect(() => decodeOnnxMetadata({ ...fileOf({}, 'none', 48), graph: { inputs: [] } } as never, 'a.onnx')).toThrow(
      message,
    );
  });

  it('of files of others say nothing of where these come from', () => {
    expect(originOf(fileOf({ epoch: 'last', author: 'somebody' }, 'none', 48))).toEqual({});
  });

  it('of the models that come with the project agree with their model.json', async () => {
    for (const folder of readdirSync(MODELS).filter((name) => name.startsWith('emotion'))) {
      const file = join(MODELS, folder, 'emotion.onnx');
      const { head, size, epoch, landmarks } = decodeOnnxMetadata(decodeModel(readFileSync(file), file), file);
      const { files, training } = await readModelJson(join(MODELS, folder, 'model.json'));
      expect({ head, epoch, landmarks }, folder).toEqual({
        head: training.head,
        epoch: training.epochs,
        landmarks: 'none',
      });
      expect(files.find(({ name }) => name === 'emotion.onnx')?.input.shape).toEqual([1, 3, size, size]);
    }
  });
});
