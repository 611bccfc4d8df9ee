/**
 * Measures the finders of `emotion-lens refine` on FER2013: `npm run bench:refine -- fer2013.csv fer2013new.csv`, and that of
 * wrong labels without votes on the networks of a run: `npm run bench:refine -- --run runs/2026-01-31-refine --votes fer2013new.csv`.
 */

import { ConfigSchema } from '../../ml/config/schema.ts';
import { UserError } from '../../ml/core/errors.ts';
import { silent } from '../../ml/core/progress.ts';
import { readFaces } from '../../ml/data/load.ts';
import { openRun } from '../pipeline/run-folder.ts';
import { readArguments } from './arguments.ts';
import { measureKnownFlaws, measureSeededFlaws } from './refine/flaws.ts';
import { measureFolds } from './refine/folds.ts';

const { values, positionals } = readArguments(
  'bench:refine',
  'Measures the finders of "emotion-lens refine" on FER2013; with --run, that of wrong labels on the networks of a run.',
  {
    run: { type: 'string', placeholder: 'FOLDER', about: 'run of "emotion-lens refine --folds"' },
    votes: { type: 'string', placeholder: 'FILE', about: 'with --run: fer2013new.csv' },
  },
  '[fer2013.csv fer2013new.csv]',
);
const print = (lines: readonly string[]) => console.log(lines.join('\n'));
if (values.run !== undefined) {
  const run = await openRun(values.run);
  const data = { ...run.config.data, votes: values.votes ?? run.config.data.votes };
  const { dataset } = (await readFaces(data, run.config.seed, silent)).loaded;
  print(await measureFolds(run, dataset));
} else {
  const [source, votes] = positionals;
  if (votes === undefined) throw new UserError('expected two files, fer2013.csv fer2013new.csv, or --run and --votes');
  const { dataset } = (await readFaces(ConfigSchema.parse({ data: { source, votes } }).data, 1, silent)).loaded;
  print(measureKnownFlaws(dataset));
  print(measureSeededFlaws(dataset));
}
