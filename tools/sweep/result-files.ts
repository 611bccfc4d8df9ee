import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { UserError } from '../../ml/core/errors.ts';
import { fileError, readBytes, writeAtomic } from '../../ml/core/files.ts';
import type { Database } from './database.ts';
import type { Sweep } from './records.ts';

/** Where the models and checkpoints of trials are kept for other machines. */
export interface ResultFiles {
  /** Replaces the file of this name. */
  put(trial: number, name: string, bytes: Uint8Array): Promise<void>;
  get(trial: number, name: string): Promise<Uint8Array | undefined>;
}

/** Bytes of a row; PostgreSQL compresses and stores it out of line. */
const CHUNK = 1 << 20;

/** The place that a sweep's plan names; none for a sweep that runs in a folder of one machine. */
export function resultFilesOf(sweep: Sweep, db: Database): ResultFiles | undefined {
  const { results } = sweep.plan;
  if (results === 'none') return undefined;
  return results === 'database' ? new ChunkedFiles(sweep, db) : new SharedFolder(join(results, sweep.id));
}

/** @throws UserError unless results can be kept there. */
export function checkResultsPlace(results: string): void {
  if (results === 'database' || isAbsolute(results)) return;
  throw new UserError(
    `--results ${results}: expected "database", or the absolute path of a folder that all machines share, for example /mnt/sweeps`,
  );
}

/** Files in rows of one megabyte. A reader sees a whole file, the old or the new one. */
class ChunkedFiles implements ResultFiles {
  constructor(
    readonly sweep: Pick<Sweep, 'id'>,
    readonly db: Database,
  ) {}

  async put(trial: number, name: string, bytes: Uint8Array): Promise<void> {
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    const key = [this.sweep.id, trial, name];
    for (let part = 0; part * CHUNK < bytes.length; part++)
      await this.db.executeSql(
        'INSERT INTO emotion_lens.chunk VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING',
        [...key, sha256, part, Buffer.from(bytes.subarray(part * CHUNK, (part + 1) * CHUNK))],
      );
    await this.db.executeSql(
      `INSERT INTO emotion_lens.file VALUES ($1, $2, $3, $4)
       ON CONFLICT (sweep, number, name) DO UPDATE SET sha256 = EXCLUDED.sha256`,
      [...key, sha256],
    );
    await this.db.executeSql(
      'DELETE FROM emotion_lens.chunk WHERE sweep = $1 AND number = $2 AND name = $3 AND sha256 <> $4',
      [...key, sha256],
    );
  }

  async get(trial: number, name: string): Promise<Uint8Array | undefined> {
    const { rows } = await this.db.executeSql<{ sha256: string; bytes: Uint8Array }>(
      `SELECT sha256, bytes FROM emotion_lens.file JOIN emotion_lens.chunk USING (sweep, number, name, sha256)
       WHERE sweep = $1 AND number = $2 AND name = $3 ORDER BY part`,
      [this.sweep.id, trial, name],
    );
    if (rows.length === 0) return undefined;
    const whole = Buffer.concat(rows.map(({ bytes }) => bytes));
    // Another worker may be replacing it.
    return createHash('sha256').update(whole).digest('hex') === rows[0].sha256 ? new Uint8Array(whole) : undefined;
  }
}

class SharedFolder implements ResultFiles {
  constructor(readonly folder: string) {}

  async put(trial: number, name: string, bytes: Uint8Array): Promise<void> {
    const folder = join(this.folder, String(trial));
    await mkdir(folder, { recursive: true }).catch((thrown) => {
      throw fileError('write', folder, thrown);
    });
    await writeAtomic(join(folder, name), bytes);
  }

  async get(trial: number, name: string): Promise<Uint8Array | undefined> {
    const path = join(this.folder, String(trial), name);
    return existsSync(path) ? readBytes(path) : undefined;
  }
}
