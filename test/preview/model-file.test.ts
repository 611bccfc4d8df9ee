import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Faces } from '../../ml/data/dataset.ts';
import { drawFace } from '../../ml/data/synthetic/generate.ts';
import { loadPredictor } from '../../ml/runtime/predictor.ts';
import { checkInterface, readGivenModel } from '../../tools/preview/server/model-file.ts';
import { withModel } from '../../tools/preview/server/swap-model.ts';
import { readProgram } from '../../tools/simulator/load/read-program.ts';
import type { ModelAsset } from '../../tools/simulator/program.ts';
import { loadLens } from '../../tools/simulator/session/load-lens.ts';
import { temporaryFolder } from '../data/helpers.ts';
import { writeColourModel } from '../lens-build/colour-model.ts';
import { withLandmarkModel } from '../simulator/landmark-lens.ts';
import { landmarkOnnx } from '../simulator/landmark-models.ts';
import { usesOf } from '../simulator/overrides.ts';

it('a model of a picture and landmarks is run if it takes what its import settings say', async () => {
  const { program } = withLandmarkModel(await loadLens('lens'));
  const asset = program.assets.find(({ kind }) => kind === 'model') as ModelAsset;
  const path = 'model.onnx';
  checkInterface({ path, content: landmarkOnnx() }, asset);
  expect(() => checkInterface({ path, content: landmarkOnnx(134) }, asset)).toThrow(
    /takes \[1, 3, 8, 8\] and \[1, 134, 1, 1\].*takes \[8, 8, 3\] and \[1, 1, 136\]/,
  );
});

const answers = async (path: string, faces: Faces) => (await loadPredictor(path)).predict(faces);

describe('the model that is given', () => {
  const folder = temporaryFolder();
  const shipped = 'ml/models/emotion';

  it('may be an ONNX file, a model folder or a TFLite in one, of which the same integers are run', async () => {
    const int8 = join(shipped, 'emotion.int8.onnx');
    const content = readFileSync(int8);
    for (const path of [int8, shipped, join(shipped, 'emotion.int8.tflite')]) {
      const given = await readGivenModel(path);
      expect(given.path).toBe(int8);
      expect(content.equals(given.content)).toBe(true);
    }
  });

  it('may have classes of its own', async () => {
    const own = join(folder, 'own');
    await writeColourModel(own, ['Red', 'Green', 'Background']);
    expect((await readGivenModel(own)).path).toBe(join(own, 'emotion.onnx'));
    writeFileSync(join(own, 'emotion.onnx'), 'other');
    await expect(readGivenModel(own)).rejects.toThrow(/emotion\.onnx is not the file that model\.json describes/);
  });

  it('may be a TFLite alone, whose network of floats answers as its integers do', async () => {
    const lone = join(folder, 'lone.tflite');
    copyFileSync(join(shipped, 'emotion.int8.tflite'), lone);
    const { content } = await readGivenModel(lone);
    const converted = join(folder, 'converted.onnx');
    writeFileSync(converted, content);
    const faces: Faces = { count: 14, at: (at) => drawFace(at % 7, 3, at) };
    const [floats, integers] = [await answers(converted, faces), await answers(lone, faces)];
    floats.forEach((value, at) => {
      expect(Math.abs(value - integers[at])).toBeLessThan(0.08);
    });
  });

  it('is put in place of the installed one as it would be installed: its size, pixels, classes', async () => {
    const own = join(folder, 'two');
    await writeColourModel(own, ['Red', 'Green', 'Background']);
    const program = withModel(await readProgram('lens'), (await readGivenModel(own)).described!);
    const model = program.assets.find(({ kind }) => kind === 'model') as ModelAsset;
    checkInterface(await readGivenModel(own), model);
    expect(usesOf(program, 'EmotionDetector')[0].inputs).toMatchObject({
      labels: ['Red', 'Green', 'Background'],
      rest: 'Background',
      actedBias: [],
    });
    // The shipped model's own description says what its installation wrote.
    const lens = await readProgram('lens');
    const same = withModel(lens, (await readGivenModel(shipped)).described!);
    const rounded = JSON.stringify(same).replaceAll('0.00784313725490196', '0.007843');
    expect(JSON.parse(rounded).assets).toEqual(lens.assets);
    expect(JSON.parse(rounded).objects).toEqual(lens.objects);
  });

  it('is refused without a description, or a known ending', async () => {
    await expect(readGivenModel(folder)).rejects.toThrow(/cannot read .*model\.json/);
    await expect(readGivenModel(join(folder, 'model.h5'))).rejects.toThrow(
      /expected an \.onnx or \.tflite file, or a folder/,
    );
  });
});
