/**
 * Speed of exported models as a lens runs them, one picture at a time, in ONNX Runtime on one thread: `npm run
 * bench:inference -- FILE.onnx …`. The models take turns, so that their ratios hold on a machine whose speed drifts.
 */
import * as ort from 'onnxruntime-node';

const ROUNDS = 15;
const RUNS = 20;

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error('error: expected at least one .onnx file, for example ml/models/emotion/emotion.onnx');
  process.exit(2);
}
const models = await Promise.all(
  files.map(async (file) => {
    const session = await ort.InferenceSession.create(file, { intraOpNumThreads: 1, logSeverityLevel: 3 });
    const [{ shape }] = session.inputMetadata.flatMap((input) => (input.isTensor ? [input] : []));
    const image = new ort.Tensor('float32', new Float32Array(3 * Number(shape[2]) ** 2).fill(0.1), shape.map(Number));
    return { file, session, feeds: { [session.inputNames[0]]: image }, times: [] as number[] };
  }),
);
for (let round = 0; round < ROUNDS; round++) {
  for (const { session, feeds, times } of models) {
    for (let run = 0; run < RUNS; run++) {
      const begin = performance.now();
      await session.run(feeds);
      if (round > 0) times.push(performance.now() - begin);
    }
  }
}
for (const { file, times } of models) {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * sorted.length)].toFixed(2);
  console.log(`${file}: ${at(0.5)} ms a picture (median; 95th percentile ${at(0.95)} ms)`);
}
