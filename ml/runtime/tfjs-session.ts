import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import type * as TfCore from '@tensorflow/tfjs-core';
import { messageOf, UserError } from '../core/errors.ts';
import type { ModelPort, ModelSession } from './session.ts';

/** A TensorFlow.js model as its `model.json` and weights have it. */
export interface TfjsArtifacts {
  readonly kind: 'layers' | 'graph';
  readonly topology: Readonly<Record<string, unknown>>;
  readonly specs: readonly { readonly name: string; readonly shape: readonly number[]; readonly dtype: string }[];
  /** The weights, one after another. */
  readonly data: Uint8Array;
}

/** A layers or graph model, as far as it is used here. */
interface Model {
  readonly inputs: readonly {
    readonly name: string;
    readonly shape?: readonly (number | null)[];
    readonly dtype: string;
  }[];
  readonly outputs: readonly {
    readonly name: string;
    readonly shape?: readonly (number | null)[];
    readonly dtype: string;
  }[];
  predict(inputs: TfCore.Tensor | TfCore.Tensor[]): TfCore.Tensor | TfCore.Tensor[] | Record<string, TfCore.Tensor>;
  dispose(): void;
}

/**
 * Opens a TensorFlow.js model in TensorFlow.js, on the processor; natively where the user has installed
 * `@tensorflow/tfjs-node`, which is faster.
 * @param file its name, for messages.
 * @throws UserError if it is broken, or has operators that TensorFlow.js does not know.
 */
export async function openTfjs(artifacts: TfjsArtifacts, file: string): Promise<ModelSession> {
  const tf = await import('@tensorflow/tfjs-core');
  await startBackend(tf);
  const model = await load(artifacts).catch((thrown) => {
    throw new UserError(`TensorFlow.js cannot load ${file}: ${messageOf(thrown)}; export or download it again`, {
      cause: thrown,
    });
  });
  return {
    inputs: model.inputs.map(portOf),
    outputs: model.outputs.map(portOf),
    channels: 'last',
    run: async (inputs) => {
      const tensors = inputs.map(({ shape, values }) => tf.tensor(values, [...shape], 'float32'));
      try {
        const fed = tensors.length === 1 ? tensors[0] : tensors;
        const results = model.predict(fed);
        const all = Array.isArray(results)
          ? results
          : results instanceof tf.Tensor
            ? [results]
            : Object.values(results);
        const values = await Promise.all(all.map(async (tensor) => Float32Array.from(await tensor.data())));
        tf.dispose(all);
        return values;
      } catch (thrown) {
        throw new UserError(`TensorFlow.js cannot run ${file}: ${messageOf(thrown)}`, { cause: thrown });
      } finally {
        tf.dispose(tensors);
      }
    },
    close: async () => model.dispose(),
  };
}

/** Starts the user's own `tfjs-node`, or else WebAssembly on one thread, which has every operator that `ml/import` reads. */
async function startBackend(tf: typeof TfCore): Promise<void> {
  const require = createRequire(import.meta.url);
  tf.env().set('IS_NODE', true);
  try {
    // It registers itself, if both resolve to the same core.
    require('@tensorflow/tfjs-node');
    if (tf.getBackend() === 'tensorflow') return;
  } catch {
    // Not installed.
  }
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  tf.env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
  await tf.setBackend('wasm');
}

async function load({ kind, topology, specs, data }: TfjsArtifacts): Promise<Model> {
  const weights = data.buffer.slice(data.byteOffset, data.byteOffset + data.byteLength);
  const handler = {
    load: async () => ({
      modelTopology: topology,
      weightSpecs: specs.map((spec) => ({ ...spec })),
      weightData: weights,
    }),
  };
  if (kind === 'graph') {
    const { loadGraphModel } = await import('@tensorflow/tfjs-converter');
    return (await loadGraphModel(handler as never)) as unknown as Model;
  }
  const { loadLayersModel } = await import('@tensorflow/tfjs-layers');
  return (await loadLayersModel(handler as never)) as unknown as Model;
}

function portOf({ name, shape, dtype }: Model['inputs'][number]): ModelPort {
  return {
    name,
    type: dtype,
    shape: (shape ?? []).map((side, axis) => (side === null || side < 0 ? (axis === 0 ? 1 : '?') : side)),
  };
}
