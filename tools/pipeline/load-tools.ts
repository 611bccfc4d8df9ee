import type { DataConfig } from '../../ml/config/schema.ts';
import type { Reporter } from '../../ml/core/progress.ts';
import type { LoadTools } from '../../ml/data/load.ts';
import { readEdsr } from '../../ml/superres/model-file.ts';
import { openUpscaled } from '../../ml/superres/upscale-faces.ts';
import { findFace } from './find-face.ts';

/**
 * The networks that loading needs: they find faces and make them larger.
 * @param signal stops the making of larger faces, which then throws its reason.
 */
export function loadTools({ cache }: DataConfig, reporter: Reporter, signal?: AbortSignal): LoadTools {
  return {
    find: findFace,
    upscale: async (edsr, pixels) => {
      const model = await readEdsr(edsr);
      return Object.assign(await openUpscaled(pixels, model, cache, reporter, signal), { upscaledBy: model.sha256 });
    },
  };
}
