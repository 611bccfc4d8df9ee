import * as ort from 'onnxruntime-node';

const ROUNDS = 15;
const RUNS = 20;

/**
 * Times models as a lens runs them, one picture at a time, in ONNX Runtime on one thread. They take turns, so that their
 * ratios hold on a machine whose speed drifts.
 * @param models files or their content.
 * @returns milliseconds of each run of each model, in ascending order.
 */
export async function timeModels(models: readonly (string | Uint8Array)[]): Promise<number[][]> {
  const opened = await Promise.all(
    models.map(async (model) => {
      const options = { intraOpNumThreads: 1, logSeverityLevel: 3 } as const;
      const session = await (typeof model === 'string'
        ? ort.InferenceSession.create(model, options)
        : ort.InferenceSession.create(model, options));
      const [{ shape }] = session.inputMetadata.flatMap((input) => (input.isTensor ? [input] : []));
      const image = new ort.Tensor('float32', new Float32Array(3 * Number(shape[2]) ** 2).fill(0.1), shape.map(Number));
      return { session, feeds: { [session.inputNames[0]]: image }, times: [] as number[] };
    }),
  );
  for (let round = 0; round < ROUNDS; round++) {
    for (const { session, feeds, times } of opened) {
      for (let run = 0; run < RUNS; run++) {
        const begin = performance.now();
        await session.run(feeds);
        if (round > 0) times.push(performance.now() - begin);
      }
    }
  }
  return opened.map(({ times }) => times.toSorted((a, b) => a - b));
}
