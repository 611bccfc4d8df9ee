import { expect, it } from 'vitest';
import { cropSquare, hostOfFiles, type OnStage } from '../../../tools/preview/page/run/host.ts';
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

it('finds the part of the picture that a screen crop shows', () => {
  const stage = { taken: { canvas: { width: 720, height: 1280 } }, faces: [] } as unknown as OnStage;
  /** Corners of the crop in pixels: top left, bottom right. */
  const corners = (rect: readonly [number, number, number, number]) => {
    const [a, , , d, e, f] = cropSquare({ kind: 'screenCrop', rect }, stage)!;
    return [e - a, f + d, e + a, f - d];
  };
  expect(corners([-1, 1, -1, 1])).toEqual([0, 0, 720, 1280]);
  expect(corners([-1, 1, -9 / 16, 9 / 16])).toEqual([0, 280, 720, 1000]);
  expect(corners([0, 1, 0.5, 1])).toEqual([360, 0, 720, 320]);
  expect(cropSquare({ kind: 'faceCrop', faceIndex: 0, scaleX: 1, scaleY: 1, mouthWeight: 0 }, stage)).toBeNull();
});
