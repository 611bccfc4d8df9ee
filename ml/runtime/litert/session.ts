import { messageOf, UserError } from '../../core/errors.ts';
import { startLitert } from './wasm.ts';

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
