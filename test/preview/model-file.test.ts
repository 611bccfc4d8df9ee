import { expect, it } from 'vitest';
import { checkInterface } from '../../tools/preview/server/model-file.ts';
import type { ModelAsset } from '../../tools/simulator/program.ts';
import { loadLens } from '../../tools/simulator/session/load-lens.ts';
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
