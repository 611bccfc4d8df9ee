import * as ort from 'onnxruntime-node';
import { messageOf, UserError } from '../core/errors.ts';
import { decodeModel } from '../onnx/decode.ts';
import type { ModelInterface, ModelPort, ModelSession, SessionOptions } from './session.ts';
import { withFastKernels } from './signed-kernels.ts';

/** Version of ONNX Runtime. */
export const ONNX_RUNTIME_VERSION = ort.env.versions.node ?? ort.env.versions.common;

/**
 * Opens an ONNX model in ONNX Runtime.
 * @param file its name, for messages.
 * @throws UserError if it is broken, or needs other files for its weights.
 */
export async function openOnnx(
  bytes: Uint8Array,
  file: string,
  { check, threads }: SessionOptions = {},
): Promise<ModelSession> {
  // ONNX Runtime would look for weights in other files, by names that the file gives.
  const decoded = decodeModel(bytes, file);
  const options = { logSeverityLevel: 3, ...(threads !== undefined && { intraOpNumThreads: threads }) } as const;
  const fast = await withFastKernels(bytes, decoded);
  const session = await ort.InferenceSession.create(fast, options).catch((thrown) => {
    throw new UserError(
      `cannot load ${file}: it is not a complete ONNX model (${messageOf(thrown)}); export or download it again`,
      { cause: thrown },
    );
  });
  const { inputNames, outputNames } = session;
  const model: ModelInterface = {
    inputs: session.inputMetadata.map(portOf),
    outputs: session.outputMetadata.map(portOf),
    channels: 'first',
  };
  check?.(model);
  return {
    ...model,
    run: async (inputs) => {
      const feeds = inputs.map(({ shape, values }, at) => [inputNames[at], new ort.Tensor('float32', values, shape)]);
      const results = await session.run(Object.fromEntries(feeds)).catch((thrown) => {
        throw new UserError(`ONNX Runtime cannot run ${file}: ${messageOf(thrown)}`, { cause: thrown });
      });
      return outputNames.map((name) => {
        const { data, type } = results[name];
        if (data instanceof Float32Array) return data;
        throw new UserError(`${file} has the output ${name} of type ${type}; expected float32`);
      });
    },
    close: () => session.release(),
  };
}

function portOf(value: ort.InferenceSession.ValueMetadata): ModelPort {
  return value.isTensor
    ? { name: value.name, type: value.type, shape: value.shape }
    : { name: value.name, type: null, shape: [] };
}
