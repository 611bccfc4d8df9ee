import { UserError } from '../../ml/core/errors.ts';
import type { Database } from './database.ts';

/** Increase it whenever a table changes. */
const VERSION = 1;

/**
 * Makes the tables of sweeps, unless they are there. The queue has tables of its own, which pg-boss makes. All times are
 * the database's: the clocks of the workers may differ by hours.
 * @throws UserError if the tables are those of another version.
 */
export async function prepareTables(db: Database): Promise<void> {
  const exists = await db.executeSql(`SELECT to_regclass('emotion_lens.version') IS NOT NULL AS there`);
  if (!exists.rows[0]['there']) await db.executeSql(TABLES);
  const { rows } = await db.executeSql<{ version: number }>('SELECT version FROM emotion_lens.version');
  const found = rows[0]?.version;
  if (found === VERSION) return;
  throw new UserError(
    `the tables in this database have version ${found ?? 'none'}, but this program knows version ${VERSION}; ` +
      (found > VERSION
        ? 'update the project with git pull and npm ci'
        : 'choose another database, or remove them with DROP SCHEMA emotion_lens CASCADE'),
  );
}

/** One statement after the other in one transaction, which only one process at a time can be in. */
const TABLES = `
SELECT pg_advisory_xact_lock(hashtext('emotion_lens'));
CREATE SCHEMA IF NOT EXISTS emotion_lens;
CREATE TABLE IF NOT EXISTS emotion_lens.version (version int PRIMARY KEY);
INSERT INTO emotion_lens.version VALUES (${VERSION}) ON CONFLICT DO NOTHING;
-- version: of the project; digest: of all that the trials follow from; state: open, ended or cancelled.
CREATE TABLE IF NOT EXISTS emotion_lens.sweep (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  name text NOT NULL UNIQUE,
  version text NOT NULL,
  digest text NOT NULL,
  plan jsonb NOT NULL,
  state text NOT NULL DEFAULT 'open',
  reason text,
  created timestamptz NOT NULL DEFAULT now()
);
CREATE TABLE IF NOT EXISTS emotion_lens.trial (
  sweep uuid NOT NULL REFERENCES emotion_lens.sweep ON DELETE CASCADE,
  number int NOT NULL,
  "group" int NOT NULL,
  name text,
  seed bigint NOT NULL,
  settings jsonb NOT NULL,
  PRIMARY KEY (sweep, number)
);
CREATE TABLE IF NOT EXISTS emotion_lens.result (
  sweep uuid NOT NULL REFERENCES emotion_lens.sweep ON DELETE CASCADE,
  number int NOT NULL,
  rung int NOT NULL,
  outcome jsonb NOT NULL,
  score double precision,
  seconds double precision NOT NULL,
  worker text NOT NULL,
  finished timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (sweep, number, rung)
);
CREATE TABLE IF NOT EXISTS emotion_lens.crash (
  id uuid PRIMARY KEY,
  sweep uuid NOT NULL REFERENCES emotion_lens.sweep ON DELETE CASCADE,
  number int NOT NULL,
  rung int NOT NULL,
  worker text NOT NULL,
  log text NOT NULL,
  at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX IF NOT EXISTS crash_of_trial ON emotion_lens.crash (sweep, number);
CREATE TABLE IF NOT EXISTS emotion_lens.aside (
  sweep uuid NOT NULL REFERENCES emotion_lens.sweep ON DELETE CASCADE,
  number int NOT NULL,
  reason text NOT NULL,
  PRIMARY KEY (sweep, number)
);
CREATE TABLE IF NOT EXISTS emotion_lens.file (
  sweep uuid NOT NULL REFERENCES emotion_lens.sweep ON DELETE CASCADE,
  number int NOT NULL,
  name text NOT NULL,
  sha256 text NOT NULL,
  PRIMARY KEY (sweep, number, name)
);
CREATE TABLE IF NOT EXISTS emotion_lens.chunk (
  sweep uuid NOT NULL REFERENCES emotion_lens.sweep ON DELETE CASCADE,
  number int NOT NULL,
  name text NOT NULL,
  sha256 text NOT NULL,
  part int NOT NULL,
  bytes bytea NOT NULL,
  PRIMARY KEY (sweep, number, name, sha256, part)
);
`;
