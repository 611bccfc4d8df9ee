/** The program of a session's own process: see `isolated-session.ts`. */
import { serveCalls } from './isolated-process.ts';
import type { SessionSource } from './isolated-session.ts';
import { openModel } from './model-file.ts';
import type { FloatTensor, ModelInterface, ModelSession } from './session.ts';

let session: ModelSession;

serveCalls({
  open: async (source: SessionSource): Promise<ModelInterface> => {
    session =
      'tfjs' in source
        ? await (await import('./tfjs-session.ts')).openTfjs(source.tfjs, source.file)
        : await openModel(source.bytes, source.file);
    const { inputs, outputs, channels } = session;
    return { inputs, outputs, channels };
  },
  run: (inputs: readonly FloatTensor[]) => session.run(inputs),
});
