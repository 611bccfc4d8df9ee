import { expect, it } from 'vitest';
import { hostOfFiles } from '../../../tools/preview/page/run/host.ts';
import type { LensHost } from '../../../tools/simulator/lens.ts';
import type { ModelAsset } from '../../../tools/simulator/program.ts';

it('tells the lens why a model has no file, without asking the page, which would tell it as another problem', async () => {
  const asked: string[] = [];
  const host = { loadModel: async ({ id }: ModelAsset) => asked.push(id) } as unknown as LensHost;
  const { loadModel } = hostOfFiles(host, { lost: 'no ONNX file' });
  await expect(loadModel({ id: 'lost' } as ModelAsset)).rejects.toThrow('no ONNX file');
  await loadModel({ id: 'there' } as ModelAsset);
  await loadModel({ id: 'toString' } as ModelAsset);
  expect(asked).toEqual(['there', 'toString']);
});
