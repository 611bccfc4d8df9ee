import { createHash } from 'node:crypto';
import { z } from 'zod';
import { UserError } from '../../ml/core/errors.ts';
import type { Judged } from '../../ml/sweep/asha.ts';
import { type Outcome, OutcomeSchema } from '../../ml/sweep/outcome.ts';
import type { Trial } from '../../ml/sweep/space.ts';
import type { SweepSpec } from '../../ml/sweep/spec.ts';
import type { DataItem } from './data-index.ts';
import type { Database } from './database.ts';

/** Everything that the workers need to know of a sweep. */
export interface Plan {
  /** What is searched is in the trials, where it names no paths. */
  readonly spec: Pick<SweepSpec, 'name' | 'objective' | 'measure' | 'asha' | 'budget'>;
  /** What all trials have in common: fields by path. */
  readonly base: Readonly<Record<string, unknown>>;
  /** Epochs at the end of each rung. */
  readonly rungs: readonly number[];
  /** Data sets and models, which each worker finds on its own machine. */
  readonly data: readonly DataItem[];
  /** Where models and checkpoints go: `database`, a folder that all machines share, or `none`. */
  readonly results: string;
  /** Seconds without a sign of life after which a stage is given to another worker. */
  readonly lease: number;
  readonly trials: number;
}

export interface Sweep {
  readonly id: string;
  readonly name: string;
  /** Of the project that may run it. */
  readonly version: string;
  readonly state: 'open' | 'ended' | 'cancelled';
  readonly reason: string | null;
  readonly plan: Plan;
}

const COLUMNS = 'id, name, version, state, reason, plan';

/** A result without its curve. */
export interface ResultRow extends Omit<Judged, 'score'> {
  readonly score: number | null;
  readonly seconds: number;
  readonly worker: string;
}

/** The sweeps in a database. Every change may be made twice, and then counts once. */
export class Records {
  constructor(readonly db: Database) {}

  /**
   * Adds a sweep with its trials, or finds it if it is there already.
   * @throws UserError if there is another one of this name.
   */
  async add(plan: Plan, trials: readonly Trial[], version: string): Promise<Sweep> {
    const { name } = plan.spec;
    const digest = createHash('sha256')
      .update(JSON.stringify([plan, trials, version]))
      .digest('hex');
    // The sweep and its trials appear together.
    await this.db.executeSql(
      `WITH added AS (
         INSERT INTO emotion_lens.sweep (name, version, digest, plan) VALUES ($1, $2, $3, $4)
         ON CONFLICT (name) DO NOTHING RETURNING id)
       INSERT INTO emotion_lens.trial (sweep, number, "group", name, seed, settings)
       SELECT added.id, t.number, t."group", t.name, t.seed, t.settings FROM added,
         json_to_recordset($5::json) AS t(number int, "group" int, name text, seed bigint, settings jsonb)`,
      [name, version, digest, JSON.stringify(plan), JSON.stringify(trials)],
    );
    const { rows } = await this.db.executeSql<{ digest: string }>(
      'SELECT digest FROM emotion_lens.sweep WHERE name = $1',
      [name],
    );
    if (rows[0]?.digest !== digest)
      throw new UserError(
        `there is another sweep named ${name}, with other trials or of another version of the project; choose another name`,
      );
    return this.find(name);
  }

  /** @throws UserError if there is none of this name. */
  async find(name: string): Promise<Sweep> {
    const { rows } = await this.db.executeSql(`SELECT ${COLUMNS} FROM emotion_lens.sweep WHERE name = $1`, [name]);
    if (rows.length > 0) return rows[0] as unknown as Sweep;
    const names = (await this.all()).map((sweep) => sweep.name);
    throw new UserError(
      `there is no sweep named ${name} in this queue; ${names.length > 0 ? `there are ${names.join(', ')}` : 'there is none'}`,
    );
  }

  /** All sweeps, the oldest first. */
  async all(): Promise<Sweep[]> {
    const { rows } = await this.db.executeSql(`SELECT ${COLUMNS} FROM emotion_lens.sweep ORDER BY created, id`);
    return rows as unknown as Sweep[];
  }

  /** Ends an open sweep; a sweep ends once. */
  async end({ id }: Sweep, state: 'ended' | 'cancelled', reason: string | null): Promise<void> {
    await this.db.executeSql(`UPDATE emotion_lens.sweep SET state = $2, reason = $3 WHERE id = $1 AND state = 'open'`, [
      id,
      state,
      reason,
    ]);
  }

  async trials({ id }: Sweep): Promise<Trial[]> {
    const { rows } = await this.db.executeSql(
      `SELECT number, "group", name, seed::float8 AS seed, settings FROM emotion_lens.trial WHERE sweep = $1 ORDER BY number`,
      [id],
    );
    return rows as unknown as Trial[];
  }

  async trial({ id }: Pick<Sweep, 'id'>, number: number): Promise<Trial> {
    const { rows } = await this.db.executeSql(
      `SELECT number, "group", name, seed::float8 AS seed, settings FROM emotion_lens.trial WHERE sweep = $1 AND number = $2`,
      [id, number],
    );
    return rows[0] as unknown as Trial;
  }

  /** Keeps what came of a stage; of two workers that ran it by accident, the first counts. */
  async keep(
    { id }: Pick<Sweep, 'id'>,
    { number, rung }: { number: number; rung: number },
    outcome: Outcome,
    { score, seconds, worker }: Pick<ResultRow, 'score' | 'seconds' | 'worker'>,
  ): Promise<void> {
    await this.db.executeSql(
      `INSERT INTO emotion_lens.result (sweep, number, rung, outcome, score, seconds, worker)
       VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
      [id, number, rung, JSON.stringify(outcome), score, seconds, worker],
    );
  }

  async isKept({ id }: Pick<Sweep, 'id'>, { number, rung }: { number: number; rung: number }): Promise<boolean> {
    const { rows } = await this.db.executeSql(
      'SELECT 1 FROM emotion_lens.result WHERE sweep = $1 AND number = $2 AND rung = $3',
      [id, number, rung],
    );
    return rows.length > 0;
  }

  async results({ id }: Pick<Sweep, 'id'>): Promise<ResultRow[]> {
    const { rows } = await this.db.executeSql(
      'SELECT number, rung, score, seconds, worker FROM emotion_lens.result WHERE sweep = $1 ORDER BY number, rung',
      [id],
    );
    return rows as unknown as ResultRow[];
  }

  /** What came of each trial at its last rung so far. */
  async outcomes({ id }: Pick<Sweep, 'id'>): Promise<Map<number, Outcome>> {
    const { rows } = await this.db.executeSql<{ number: number; outcome: unknown }>(
      `SELECT DISTINCT ON (number) number, outcome FROM emotion_lens.result WHERE sweep = $1 ORDER BY number, rung DESC`,
      [id],
    );
    return new Map(rows.map(({ number, outcome }) => [number, OutcomeSchema.parse(outcome)]));
  }

  /** Trial time so far, in hours. */
  async hours({ id }: Pick<Sweep, 'id'>): Promise<number> {
    const { rows } = await this.db.executeSql<{ hours: number }>(
      'SELECT coalesce(sum(seconds), 0)::float8 / 3600 AS hours FROM emotion_lens.result WHERE sweep = $1',
      [id],
    );
    return rows[0].hours;
  }

  /** Notes that a trial crashed; returns how often it has. @param id of this crash, which counts once. */
  async addCrash(
    sweep: Pick<Sweep, 'id'>,
    { number, rung }: { number: number; rung: number },
    { id, worker, log }: { id: string; worker: string; log: string },
  ): Promise<number> {
    await this.db.executeSql(
      `INSERT INTO emotion_lens.crash (id, sweep, number, rung, worker, log) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT DO NOTHING`,
      [id, sweep.id, number, rung, worker, log],
    );
    const { rows } = await this.db.executeSql<{ count: number }>(
      'SELECT count(*)::int AS count FROM emotion_lens.crash WHERE sweep = $1 AND number = $2',
      [sweep.id, number],
    );
    return rows[0].count;
  }

  async setAside({ id }: Pick<Sweep, 'id'>, number: number, reason: string): Promise<void> {
    await this.db.executeSql('INSERT INTO emotion_lens.aside VALUES ($1, $2, $3) ON CONFLICT DO NOTHING', [
      id,
      number,
      reason,
    ]);
  }

  /** Why each trial that was set aside was. */
  async aside({ id }: Pick<Sweep, 'id'>): Promise<Map<number, string>> {
    const { rows } = await this.db.executeSql<{ number: number; reason: string }>(
      'SELECT number, reason FROM emotion_lens.aside WHERE sweep = $1 ORDER BY number',
      [id],
    );
    return new Map(
      z.array(z.tuple([z.number(), z.string()])).parse(rows.map(({ number, reason }) => [number, reason])),
    );
  }
}
