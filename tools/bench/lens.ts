/**
 * What the lens's logic costs a frame: `npm run bench:lens`. With posed photographs, how it does with people who act; with
 * CK+48, whether its intensity grows with an expression. CK+48 decides nothing.
 */

import { silent } from '../../ml/core/progress.ts';
import { loadPredictor } from '../../ml/runtime/predictor.ts';
import { readArguments } from './arguments.ts';
import { measureIntensity } from './lens/intensity.ts';
import { measureScriptTime } from './lens/script-time.ts';
import { simulateSequences } from './lens/sequences.ts';

const { values } = readArguments(
  'bench:lens',
  "Measures the script time of the lens's logic per frame and, with faces, what it shows of people who act.",
  {
    posed: {
      type: 'string',
      placeholder: 'FOLDER',
      about: 'posed photographs with faces.csv: switches and time to react in sequences of each person',
    },
    ckplus: { type: 'string', placeholder: 'FOLDER', about: 'CK+48: intensity over frames of rising strength' },
    model: {
      type: 'string',
      placeholder: 'FILE',
      default: 'ml/models/emotion/emotion.int8.onnx',
      about: 'model of --posed and --ckplus',
    },
  },
);

console.log(measureScriptTime());
if (values.posed !== undefined || values.ckplus !== undefined) {
  const predictor = await loadPredictor(values.model);
  if (values.posed !== undefined) console.log(`\n${await simulateSequences(values.posed, predictor, silent)}`);
  if (values.ckplus !== undefined) console.log(`\n${await measureIntensity(values.ckplus, predictor)}`);
  await predictor.close();
}
