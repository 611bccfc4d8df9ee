import type { Connect } from 'vite';
import { postRoute } from './post-route.ts';
import { SaveRequest, saveInputs } from './save-inputs.ts';

/**
 * Answers `POST /save-inputs` of the page itself.
 * @param onSaved gets the new stamp of the scenes.
 */
export function saveRoute(
  project: string,
  token: string,
  onSaved: (stamp: string) => void,
): Connect.NextHandleFunction {
  return postRoute({
    path: '/save-inputs',
    token,
    maxBytes: 1 << 20,
    schema: SaveRequest,
    handle: async (inputs) => {
      const stamp = await saveInputs(project, inputs);
      onSaved(stamp);
      return { stamp };
    },
  });
}
