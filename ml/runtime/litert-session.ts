import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { compileFunction } from 'node:vm';
import type { LiteRt } from '@litertjs/core';
import { messageOf, UserError } from '../core/errors.ts';
import { sizeOf } from '../nn/graph.ts';
import { quantize, UINT8_OFFSET } from '../quantize/scheme.ts';
import { dequantize } from '../tflite/dequantize.ts';
import { withFixedShapes } from '../tflite/fixed-shapes.ts';
import type { TfliteModel, TfliteTensor } from '../tflite/model.ts';
import { readTflite } from '../tflite/read.ts';
import type { ModelInterface, ModelPort, ModelSession, SessionOptions } from './session.ts';

/**
 * Opens a TensorFlow Lite model in LiteRT, Google's own runtime.
 * @param file its name, for messages.
 * @throws UserError if it is broken, or has operators that LiteRT does not know.
 */
export async function openTflite(
  bytes: Uint8Array,
  file: string,
  { check }: SessionOptions = {},
): Promise<ModelSession> {
  const model = readTflite(bytes, file);
  const [inputs, outputs] = [model.inputs, model.outputs].map((tensors) => tensors.filter((tensor) => tensor !== null));
  const ports: ModelInterface = { inputs: inputs.map(portOf), outputs: outputs.map(portOf), channels: 'last' };
  check?.(ports);
  if (inputs.length < model.inputs.length || outputs.length !== 1)
    throw new UserError(
      `${file} has ${inputs.length} inputs and ${outputs.length} outputs; expected whole inputs and one output: choose ` +
        'another model',
    );
  const [output] = outputs;
  const isOpen = model.inputs.some((tensor) => tensor?.shapeSignature !== undefined);
  const session = await openLitert(isOpen ? withFixedShapes(bytes) : bytes, file);
  const places = inputsNamed(model, session.inputNames).map((tensor) => inputs.indexOf(tensor));
  return {
    ...ports,
    run: async (given) => {
      const data = await session.run(...places.map((at) => encode(given[at].values, inputs[at])));
      return [dequantize({ ...output, data }, file)];
    },
    close: async () => session.close(),
  };
}

function portOf({ name, type, shape, scale, zeroPoint }: TfliteTensor): ModelPort {
  const scales = scale.length === zeroPoint.length ? scale.length : 0;
  return { name, type: type.toLowerCase(), shape, ...(type !== 'FLOAT32' && { scales }) };
}

/**
 * Tensors of a network's inputs in the order of these names, which are those of its signature, or of the tensors in a file
 * without one. A signature may list the inputs in another order than the network.
 */
function inputsNamed({ inputs, signatures }: TfliteModel, names: readonly string[]): TfliteTensor[] {
  const [signature] = signatures;
  const named = signature?.inputs ?? inputs.flatMap((tensor) => (tensor ? [{ name: tensor.name, tensor }] : []));
  return names.flatMap((name) => named.find((one) => one.name === name)?.tensor ?? []);
}

/** What a quantized number is above the int8 that stands for the same. */
const ABOVE_INT8: Partial<Record<TfliteTensor['type'], number>> = { INT8: 0, UINT8: UINT8_OFFSET };

/**
 * The bytes of a tensor that is to hold these real numbers: floats as they are, quantized ones as the nearest that it
 * can hold.
 * @param tensor float32, or uint8 or int8 with one scale and zero point.
 */
export function encode(values: Float32Array, { type, shape, scale, zeroPoint }: TfliteTensor): Uint8Array {
  if (values.length !== sizeOf(shape)) throw new Error(`${values.length} values do not fill [${shape}]`);
  if (type === 'FLOAT32') return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const above = ABOVE_INT8[type];
  if (above === undefined) throw new UserError(`an input is ${type.toLowerCase()}; expected float32, uint8 or int8`);
  const integers = quantize(values, { scale: scale[0], zeroPoint: zeroPoint[0] - above });
  // Storing −1 gives 255, which is the same byte.
  return Uint8Array.from(integers, (q) => q + above);
}

/** The first signature of a file is its main network. */
const SIGNATURE = 0;

/** A network of one output in LiteRT, on one thread of the processor. */
export interface LitertSession {
  /** Names of the inputs in the signature, or of their tensors in a file without one. */
  readonly inputNames: readonly string[];
  /**
   * @param inputs the bytes of the input tensors, in the order of `inputNames`.
   * @returns a copy of the output tensor's bytes.
   * @throws UserError if LiteRT reports an error.
   */
  run(...inputs: Uint8Array[]): Promise<Uint8Array>;
  close(): void;
}

/**
 * @param bytes a whole `.tflite` file.
 * @param file its name, for messages.
 * @throws UserError if LiteRT does not take it.
 */
export async function openLitert(bytes: Uint8Array, file: string): Promise<LitertSession> {
  const errors: string[] = [];
  const wasm = await startLitert((line) => {
    if (line.startsWith('ERROR')) errors.push(line);
  });
  // What goes wrong in a network is only logged, and its output is left as it was: it would be taken for an answer.
  const checked = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    const result = await work().catch((thrown) => {
      if (errors.length === 0) errors.push(messageOf(thrown));
    });
    if (result !== undefined && errors.length === 0) return result;
    throw new UserError(
      `LiteRT cannot run ${file}: ${errors.join('; ')}; use a whole file with operators that TensorFlow Lite knows`,
    );
  };

  return checked(async () => {
    const { HOST_MEMORY } = wasm.LiteRtTensorBufferType;
    const { READ, WRITE } = wasm.LiteRtTensorBufferLockMode;
    const environment = wasm.LiteRtEnvironment.create(null);
    const address = wasm._malloc(bytes.length);
    wasm.HEAPU8.set(bytes, address);
    const model = wasm.loadModel(environment, address, bytes.length);
    const network = await wasm.compileModel(environment, model, { accelerator: 'wasm' });
    const signature = model.getSignature(SIGNATURE);
    const names = signature.inputNames();
    const inputNames = Array.from({ length: names.size() }, (_, at) => names.get(at));
    const types = inputNames.map((_, at) => model.getInputTensorType(SIGNATURE, at));
    const buffers = types.map((type) =>
      wasm.LiteRtTensorBuffer.createManaged(environment, HOST_MEMORY, type, type.bytes()),
    );
    const run = async (inputs: readonly Uint8Array[]) => {
      for (const [at, buffer] of buffers.entries()) {
        // Locking may move the heap, so the address comes first.
        const place = buffer.lock(WRITE);
        wasm.HEAPU8.set(inputs[at], place);
        buffer.unlock();
      }
      const [answer] = await network.run(SIGNATURE, buffers);
      const start = answer.lock(READ);
      const output = wasm.HEAPU8.slice(start, start + answer.packedSize());
      answer.unlock();
      answer.delete();
      return output;
    };
    // Operators are only prepared when a network first runs.
    await run(types.map((type) => new Uint8Array(type.bytes())));
    return {
      inputNames,
      run: (...inputs) => checked(() => run(inputs)),
      close: () => {
        for (const object of [...buffers, ...types, names, signature, network, model]) object.delete();
        wasm._free(address);
        environment.delete();
      },
    };
  });
}

/** LiteRT, compiled to WebAssembly by Google: the part of LiteRT.js that needs no browser. */
type LitertWasm = LiteRt['liteRtWasm'];

type ModuleFactory = (options: {
  print: (line: string) => void;
  printErr: (line: string) => void;
}) => Promise<LitertWasm>;

/** One thread, and no instruction that rounds differently from one processor to another, as relaxed SIMD's do. */
const SCRIPT = '@litertjs/core/wasm/litert_wasm_compat_internal.js';

/**
 * Starts LiteRT in Node, with memory of its own.
 * @param log receives every line that it prints.
 */
async function startLitert(log: (line: string) => void): Promise<LitertWasm> {
  const require = createRequire(import.meta.url);
  const file = require.resolve(SCRIPT);
  const module: { exports?: ModuleFactory } = {};
  // The script is CommonJS in a package of ES modules, so that neither require nor import can load it.
  const names = ['require', 'module', 'exports', '__filename', '__dirname'];
  const define = compileFunction(await readFile(file, 'utf8'), names, { filename: file });
  define(require, module, {}, file, dirname(file));
  return (module.exports as ModuleFactory)({ print: log, printErr: log });
}
