import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { sha256Of } from '../../ml/model/exported-file.ts';
import { type ModelJson, readModelJson, writeModelJson } from '../../ml/model/model-json.ts';
import { readTflite } from '../../ml/tflite/read.ts';
import { writeTflite } from '../../ml/tflite/write.ts';
import { buildLens } from '../../tools/lens-build/build.ts';
import { installModel } from '../../tools/lens-build/install.ts';
import { readLensModel } from '../../tools/lens-build/lens-model.ts';
import { validateProject } from '../../tools/lens-validate/validate.ts';
import { readProgram } from '../../tools/simulator/load/read-program.ts';
import { openModelAsset } from '../../tools/simulator/session/open-model-asset.ts';
import { temporaryFolder } from '../data/helpers.ts';
import { withPixelTail } from '../tflite/pixel-tail.ts';

const SHIPPED = resolve('ml/models/emotion-fast');
const TFLITE = 'emotion.int8.tflite';

/** The shipped model, and the same one with the tail that files had before. */
const folders = { '[1, 7]': SHIPPED, '[1, 1, 1, 7]': temporaryFolder() };

async function writePixelModel(folder: string): Promise<void> {
  const model = await readModelJson(join(SHIPPED, 'model.json'));
  const bytes = writeTflite(withPixelTail(readTflite(readFileSync(join(SHIPPED, TFLITE)), TFLITE)));
  const files: ModelJson['files'] = model.files.map((file) =>
    file.name === TFLITE
      ? { ...file, bytes: bytes.length, sha256: sha256Of(bytes), output: { ...file.output, shape: [1, 1, 1, 7] } }
      : file,
  );
  writeFileSync(join(folder, TFLITE), bytes);
  copyFileSync(join(SHIPPED, 'emotion.onnx'), join(folder, 'emotion.onnx'));
  await writeModelJson(join(folder, 'model.json'), { ...model, files });
}

describe('a lens with a model', () => {
  const project = temporaryFolder();
  const answers = new Map<string, Float32Array>();
  beforeAll(async () => {
    await writePixelModel(folders['[1, 1, 1, 7]']);
    await buildLens(project);
  });

  it.each(['[1, 7]', '[1, 1, 1, 7]'] as const)('whose output is %s', async (shape) => {
    const model = await readLensModel(folders[shape], 'tflite');
    expect(model.file.output.shape).toEqual(JSON.parse(shape));
    const { path } = await installModel(project, model);
    const { assets, problems } = await readProgram(project);
    expect(problems).toEqual([]);
    const [asset] = assets.filter((one) => one.kind === 'model');
    // As Lens Studio shows a vector: width, height, channels.
    expect(asset.outputs).toMatchObject([{ name: 'prob', shape: [1, 1, 7] }]);
    const { findings } = await validateProject(project);
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([]);
    const opened = await openModelAsset(join(project, path), asset);
    const picture = Float32Array.from({ length: 96 * 96 * 3 }, (_, i) => Math.sin(i / 500));
    const [probabilities] = await opened.run([picture]);
    await opened.close();
    expect(probabilities.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 1);
    answers.set(shape, probabilities);
  });

  it('has the same answers with both', () => {
    const [rows, pixels] = [...answers.values()];
    expect(rows).toHaveLength(7);
    for (const [i, p] of rows.entries()) expect(Math.abs(p - pixels[i])).toBeLessThanOrEqual(1 / 256);
  });
});
