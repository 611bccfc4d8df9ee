/** Networks in ONNX Runtime's WebAssembly build, on one thread: threads would need a page that is cross-origin isolated. */

import wasmUrl from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url';
import * as ort from 'onnxruntime-web/wasm';

ort.env.wasm.numThreads = 1;
ort.env.wasm.wasmPaths = { wasm: wasmUrl };
ort.env.logLevel = 'error';

/**
 * Runs a QDQ network as floats that are rounded where its integers are: the same answers, and without instructions for 8-bit
 * products, which WebAssembly lacks, in two thirds of the time.
 */
const ROUNDED_FLOATS = { session: { disable_quant_qdq: '1' } };

/**
 * @param what the file is, in words for an error.
 * @throws Error that says why it does not load and what to do.
 */
export async function openSession(url: string, what: string): Promise<ort.InferenceSession> {
  const bytes = await download(url, what);
  try {
    return await ort.InferenceSession.create(bytes, { executionProviders: ['wasm'], extra: ROUNDED_FLOATS });
  } catch (thrown) {
    throw new Error(explain(thrown, what));
  }
}

/** Runs a network on one tensor for each input. */
export async function runSession(
  session: ort.InferenceSession,
  inputs: readonly ort.Tensor[],
  what: string,
): Promise<Float32Array[]> {
  try {
    const results = await session.run(Object.fromEntries(inputs.map((tensor, i) => [session.inputNames[i], tensor])));
    return session.outputNames.map((name) => Float32Array.from(results[name].data as Float32Array));
  } catch (thrown) {
    throw new Error(explain(thrown, what));
  }
}

async function download(url: string, what: string): Promise<Uint8Array> {
  const response = await fetch(url).catch(() => null);
  if (!response)
    throw new Error(`${what} cannot be fetched from ${url}: is the preview still running? Reload the page.`);
  if (!response.ok)
    throw new Error(
      `${what} cannot be fetched from ${url}: the server answers ${response.status}. Build the page again.`,
    );
  // A server that answers every path with its page would otherwise look like a broken model.
  if (response.headers.get('content-type')?.startsWith('text/html'))
    throw new Error(`${what} cannot be fetched: ${url} is a web page. Build the page again.`);
  return new Uint8Array(await response.arrayBuffer());
}

function explain(thrown: unknown, what: string): string {
  const reason = thrown instanceof Error ? thrown.message : String(thrown);
  if (/bad_alloc|out of memory|memory access|allocation failed|failed to allocate/i.test(reason))
    return `${what} needs more memory than is available: close other tabs and reload the page (${reason})`;
  if (/no available backend|webassembly|wasm/i.test(reason))
    return `${what} cannot run: the browser's WebAssembly does not start; use a current browser (${reason})`;
  return `${what} cannot run: ${reason}. Export the model again.`;
}
