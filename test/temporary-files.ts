import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Where systems name the folder of temporary files: Linux and macOS, and Windows. */
const VARIABLES = ['TMPDIR', 'TEMP', 'TMP'];

/**
 * Gives the tests, and all programs that they start, a folder for temporary files, which is deleted with all that is left in
 * it when the last test has ended. Vitest calls this before it starts its workers.
 */
export default function makeTemporaryFolder(): () => void {
  const before = VARIABLES.map((name) => [name, process.env[name]] as const);
  const folder = mkdtempSync(join(tmpdir(), 'emotion-lens-tests-'));
  // A test's PostgreSQL server runs as another user, and has to get at its folder inside.
  chmodSync(folder, 0o711);
  for (const name of VARIABLES) process.env[name] = folder;
  return () => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name];
      else process.env[name] = value;
    }
    // A program that was told to end may still write.
    rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  };
}
