import { LANDMARK_VALUES } from '../../ml/core/landmarks68.ts';
import type { LoadedLens } from '../../tools/simulator/session/load-lens.ts';
import { COLOURS, SIDE } from './landmark-models.ts';

/** The lens as if such a model were installed in it. */
export function withLandmarkModel(lens: LoadedLens): LoadedLens {
  const input = (name: string, width: number, channels: number) => ({
    name,
    shape: [width, width, channels],
    scale: new Array<number>(channels).fill(1),
    bias: new Array<number>(channels).fill(0),
    flipX: false,
    flipY: false,
  });
  const assets = lens.program.assets.map((asset) =>
    asset.kind === 'model'
      ? { ...asset, inputs: [input('image', SIDE, COLOURS), input('landmarks', 1, LANDMARK_VALUES)] }
      : asset,
  );
  return { ...lens, program: { ...lens.program, assets } };
}
