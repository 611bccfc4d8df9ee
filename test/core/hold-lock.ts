// A process that holds the lock of a folder, says so, and ends as it is told: `hold-lock.ts <folder> [wait]`.
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { withLock } from '../../ml/core/lock.ts';

const [folder, mode, log] = process.argv.slice(2);
try {
  await withLock(
    folder,
    'holding',
    async () => {
      if (mode === 'count') {
        appendFileSync(join(folder, log), 'in\n');
        await setTimeout(5);
        appendFileSync(join(folder, log), 'out\n');
      } else {
        process.stdout.write('held\n');
        await setTimeout(60_000);
      }
    },
    mode === 'count' ? { onWait: () => {} } : {},
  );
} catch (thrown) {
  process.stdout.write(`${(thrown as Error).message}\n`);
  process.exitCode = 1;
}
