import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkInterface, readGivenModel } from '../../tools/preview/server/model-file.ts';
import type { ModelAsset } from '../../tools/simulator/program.ts';
import { loadLens } from '../../tools/simulator/session/load-lens.ts';
import { temporaryFolder } from '../data/helpers.ts';
import { writeColourModel } from '../lens-build/colour-model.ts';
import { withLandmarkModel } from '../simulator/landmark-lens.ts';
import { landmarkOnnx } from '../simulator/landmark-models.ts';

it('a model of a picture and landmarks is run if it takes what its import settings say', async () => {
  const { program } = withLandmarkModel(await loadLens('lens'));
  const asset = program.assets.find(({ kind }) => kind === 'model') as ModelAsset;
  const path = 'model.onnx';
  checkInterface({ path, content: landmarkOnnx() }, asset);
  expect(() => checkInterface({ path, content: landmarkOnnx(134) }, asset)).toThrow(
    /takes \[1, 3, 8, 8\] and \[1, 134, 1, 1\].*takes \[8, 8, 3\] and \[1, 1, 136\]/,
  );
});

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

  it('is refused without an ONNX form, a description, or a known ending', async () => {
    const lone = join(folder, 'lone.tflite');
    copyFileSync(join(shipped, 'emotion.int8.tflite'), lone);
    await expect(readGivenModel(lone)).rejects.toThrow(/no model\.json next to this TFLite .*emotion-lens import/);
    await expect(readGivenModel(folder)).rejects.toThrow(/cannot read .*model\.json/);
    await expect(readGivenModel(join(folder, 'model.h5'))).rejects.toThrow(
      /expected an \.onnx or \.tflite file, or a folder/,
    );
  });
});
