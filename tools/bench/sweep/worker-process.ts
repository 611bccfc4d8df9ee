/** A worker with fake trials: `URL FOLDER`. It ends when no sweep is open. */
import { join } from 'node:path';
import { DataIndex } from '../../sweep/data-index.ts';
import { runWorker, withService } from '../../sweep/service.ts';

const [, , url, folder] = process.argv;
const reporter = { note: (text: string) => console.error(text), progress: () => {} };
const options = {
  jobs: 2,
  cores: 1,
  data: new DataIndex(),
  version: 'test',
  once: true,
  pollMs: 300,
  program: new URL('./fake-trial.ts', import.meta.url),
  folder: ({ id }: { id: string }) => join(folder, id),
  signal: new AbortController().signal,
};
await withService({ url }, (service) => runWorker(service, options, reporter), 1);
