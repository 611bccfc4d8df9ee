/**
 * Speed of exported models as a lens runs them: `npm run bench:inference -- FILE.onnx …`; see `latency.ts`.
 */
import { timeModels } from './latency.ts';

const files = process.argv.slice(2);
if (files.length === 0) {
  console.error('error: expected at least one .onnx file, for example ml/models/emotion/emotion.onnx');
  process.exit(2);
}
for (const [i, times] of (await timeModels(files)).entries()) {
  const at = (share: number) => times[Math.floor(share * times.length)].toFixed(2);
  console.log(`${files[i]}: ${at(0.5)} ms a picture (median; 95th percentile ${at(0.95)} ms)`);
}
