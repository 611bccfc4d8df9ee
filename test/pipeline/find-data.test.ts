import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fer2013Arguments, findData } from '../../tools/pipeline/diagnose.ts';

let folder: string;
const at = (...steps: string[]) => join(folder, ...steps);

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'data-'));
  const files = [
    ['data', 'icml_face_data.csv'],
    ['data', 'fer2013', 'fer2013.csv.gz'],
    ['data', 'fer2013', 'fer2013new.csv'],
    ['data', 'fer2013', 'fer2013-sample.csv'],
    ['data', 'fer2013', 'too', 'deep', 'fer2013.csv'],
    ['weights', 'mobilenet_v2_1.0_224_quant.tflite'],
    ['weights', 'mobilenet_v2_1.0_96_quant.tflite'],
    ['weights', 'mobilenet_v3.tflite'],
  ];
  for (const steps of files) {
    await mkdir(dirname(at(...steps)), { recursive: true });
    await writeFile(at(...steps), '');
  }
});
afterAll(() => rm(folder, { recursive: true }));

describe('findData', () => {
  it('finds the files by their names, one folder deep', () => {
    const found = findData([at('data'), at('weights'), at('missing')]);
    expect([...found.faces].sort()).toEqual([
      at('data', 'fer2013', 'fer2013.csv.gz'),
      at('data', 'icml_face_data.csv'),
    ]);
    expect(found.votes).toEqual([at('data', 'fer2013', 'fer2013new.csv')]);
    expect(found.weights.map((path) => path.slice(at('weights').length + 1)).sort()).toEqual([
      'mobilenet_v2_1.0_224_quant.tflite',
      'mobilenet_v2_1.0_96_quant.tflite',
    ]);
  });

  it('finds nothing in a place that is a file', () => {
    expect(findData([at('data', 'icml_face_data.csv')])).toEqual({ faces: [], votes: [], weights: [] });
  });
});

describe('fer2013Arguments', () => {
  it('names the files that were found, with the weights of the default size', () => {
    const line = fer2013Arguments(findData([at('data'), at('weights')])).join(' ');
    expect(line).toContain(`--votes ${at('data', 'fer2013', 'fer2013new.csv')} `);
    expect(line).toContain(`--weights ${at('weights', 'mobilenet_v2_1.0_96_quant.tflite')} `);
  });

  it('says where the others belong', () => {
    expect(fer2013Arguments({ faces: [], votes: [], weights: [] }).join(' ')).toBe(
      '--data data/fer2013.csv --votes data/fer2013new.csv --weights data/mobilenet_v2_1.0_96_quant.tflite --targets original,votes',
    );
  });
});
