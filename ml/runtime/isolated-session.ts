import { IsolatedProcess, type Limits } from './isolated-process.ts';
import type { FloatTensor, ModelInterface, ModelSession } from './session.ts';
import type { TfjsArtifacts } from './tfjs-session.ts';

const MODULE = new URL('./session-process.ts', import.meta.url);

/** A model as the other process opens it: a file whose name tells the format, or what TensorFlow.js reads. */
export type SessionSource = { readonly file: string } & (
  | { readonly bytes: Uint8Array }
  | { readonly tfjs: TfjsArtifacts }
);

/**
 * Opens a model of any inputs and outputs as `openModel` does, in a process of its own: whatever it does there, this one
 * goes on.
 * @throws UserError as `openModel`, and if the model crashes its runtime or exceeds the limits.
 */
export async function openIsolated(source: SessionSource, limits?: Limits): Promise<ModelSession> {
  const isolated = new IsolatedProcess(MODULE, source.file, limits);
  try {
    const opened = (await isolated.call('open', source)) as ModelInterface;
    return {
      ...opened,
      run: async (inputs: readonly FloatTensor[]) => (await isolated.call('run', inputs)) as readonly Float32Array[],
      close: () => isolated.close(),
    };
  } catch (thrown) {
    await isolated.close();
    throw thrown;
  }
}

/**
 * Works with several models, each in a process of its own, and ends them afterwards.
 * @throws UserError as {@link openIsolated}.
 */
export async function withIsolated<T>(
  sources: readonly SessionSource[],
  work: (sessions: readonly ModelSession[]) => Promise<T>,
): Promise<T> {
  const sessions: ModelSession[] = [];
  try {
    for (const source of sources) sessions.push(await openIsolated(source));
    return await work(sessions);
  } finally {
    await Promise.all(sessions.map((session) => session.close()));
  }
}

/**
 * Runs an ONNX model without inputs once, in a process of its own.
 * @param file for messages.
 * @throws UserError as {@link openIsolated}.
 */
export function evaluateIsolated(bytes: Uint8Array, file: string): Promise<readonly Float32Array[]> {
  return withIsolated([{ bytes, file: `${file} (its constants).onnx` }], ([session]) => session.run([]));
}
