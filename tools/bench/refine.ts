/**
 * Measures the finders of `emotion-lens refine` on FER2013: `npm run bench:refine -- fer2013.csv fer2013new.csv`, and that of
 * wrong labels without votes on the networks of a run: `npm run bench:refine -- --run runs/2026-01-31-refine --votes fer2013new.csv`.
 */
import { parseArgs } from 'node:util';
import { ConfigSchema } from '../../ml/config/schema.ts';
import { UserError } from '../../ml/core/errors.ts';
import { silent } from '../../ml/core/progress.ts';
import { readFaces } from '../../ml/data/load.ts';
import { openRun } from '../pipeline/run-folder.ts';
import { measureFolds } from './refine/folds.ts';
import { measureKnownFlaws } from './refine/known-flaws.ts';
import { measureSeededFlaws } from './refine/seeded-flaws.ts';

const { values, positionals } = parseArgs({
  options: { run: { type: 'string' }, votes: { type: 'string' } },
  allowPositionals: true,
});
const print = (lines: readonly string[]) => console.log(lines.join('\n'));
if (values.run !== undefined) {
  const run = await openRun(values.run);
  const data = { ...run.config.data, votes: values.votes ?? run.config.data.votes };
  const { dataset } = (await readFaces(data, run.config.seed, silent)).loaded;
  print(await measureFolds(run, dataset));
} else {
  const [source, votes] = positionals;
  if (votes === undefined)
    throw new UserError('give the paths of fer2013.csv and fer2013new.csv, or --run and --votes');
  const { dataset } = (await readFaces(ConfigSchema.parse({ data: { source, votes } }).data, 1, silent)).loaded;
  print(measureKnownFlaws(dataset));
  print(measureSeededFlaws(dataset));
}
