/**
 * Speed of exported models as a lens runs them: `npm run bench:inference -- FILE.onnx …`.
 */
import { UserError } from '../../ml/core/errors.ts';
import { readArguments } from './arguments.ts';
import { timeModels } from './measurement.ts';

const { positionals: files } = readArguments(
  'bench:inference',
  'Times models on one thread, one picture at a time, as a lens runs them.',
  {},
  'FILE.onnx …',
);
if (files.length === 0)
  throw new UserError('expected at least one .onnx file, for example ml/models/emotion/emotion.onnx');
for (const [i, times] of (await timeModels(files)).entries()) {
  const at = (share: number) => times[Math.floor(share * times.length)].toFixed(2);
  console.log(`${files[i]}: ${at(0.5)} ms a picture (median; 95th percentile ${at(0.95)} ms)`);
}
