import { createHash } from 'node:crypto';
import PgBoss from 'pg-boss';
import { messageOf, UserError } from '../../ml/core/errors.ts';
import type { Stage } from '../../ml/sweep/asha.ts';
import { type Database, isAway } from './database.ts';
import type { Sweep } from './records.ts';

/** Schema of pg-boss, so that it meets no other program's. */
const SCHEMA = 'emotion_lens_queue';
/** Workers that may vanish while they run a stage, for whatever reason, before it is given up. */
const MAX_LOSSES = 50;
/** Longest that a stage may wait for a worker. */
const KEEP_DAYS = 3650;

/** A stage that this worker has taken. */
export interface TakenStage extends Stage {
  /** Of the job. */
  readonly id: string;
  /** How often the job was taken before; tells this worker's turn from a later one. */
  readonly turn: number;
  readonly sweep: Sweep;
}

/** Where the stages of a sweep stand in the queue. */
export interface QueuedStage extends Stage {
  readonly id: string;
  readonly state: 'created' | 'retry' | 'active' | 'completed' | 'cancelled' | 'failed';
}

/**
 * The stages that wait for a worker, in pg-boss. Each sweep has a queue of its own, so a worker takes only from sweeps that
 * it can run. A stage always has the same job, so it may be sent twice.
 */
export class TrialQueue {
  #boss: PgBoss;

  private constructor(
    readonly db: Database,
    boss: PgBoss,
  ) {
    this.#boss = boss;
  }

  /**
   * @param maintenance seconds between looks for stages whose worker has vanished; all workers share them.
   * @throws UserError if the queue was made by another version of pg-boss.
   */
  static async open(db: Database, maintenance = 15): Promise<TrialQueue> {
    const boss = new PgBoss({
      db: { executeSql: (text, values) => db.executeSql(text, values) },
      schema: SCHEMA,
      schedule: false,
      maintenanceIntervalSeconds: maintenance,
      retentionDays: KEEP_DAYS,
    });
    // What goes wrong in its background work is done again later; without a listener it would end the process.
    boss.on('error', () => {});
    try {
      await boss.start();
    } catch (thrown) {
      await boss.stop({ graceful: false }).catch(() => {});
      if (isAway(thrown)) throw thrown;
      throw new UserError(
        `cannot open the queue in this database: ${messageOf(thrown)}; if another version of this project made it, use that ` +
          'version or another database',
        { cause: thrown },
      );
    }
    return new TrialQueue(db, boss);
  }

  async close(): Promise<void> {
    await this.#boss.stop({ graceful: false, wait: true });
  }

  /** Sends stages that are not in the queue yet. */
  async send(sweep: Sweep, stages: readonly Stage[]): Promise<void> {
    if (stages.length === 0) return;
    const name = nameOf(sweep);
    await this.#boss.createQueue(name, { name });
    await this.#boss.insert(
      stages.map(({ number, rung }) => ({
        id: jobId(sweep, { number, rung }),
        name,
        data: { number, rung },
        // What is further goes first: it makes the sweep's best result better.
        priority: rung,
        retryLimit: MAX_LOSSES,
        expireInSeconds: sweep.plan.lease,
      })),
    );
  }

  /** Takes a stage, if one waits. */
  async take(sweep: Sweep): Promise<TakenStage | undefined> {
    const [job] = (await this.#boss.fetch<Stage>(nameOf(sweep), { batchSize: 1, includeMetadata: true })) ?? [];
    return job && { id: job.id, turn: job.retryCount, sweep, ...job.data };
  }

  /**
   * A sign of life. pg-boss 10 counts a job's time from its start, so the start is moved.
   * @returns whether the stage is still this worker's.
   */
  async touch({ id, turn, sweep }: TakenStage): Promise<boolean> {
    const { rows } = await this.db.executeSql(
      `UPDATE ${SCHEMA}.job SET started_on = now() WHERE name = $1 AND id = $2 AND retry_count = $3 AND state = 'active'
       RETURNING id`,
      [nameOf(sweep), id, turn],
    );
    return rows.length > 0;
  }

  async complete({ id, sweep }: TakenStage): Promise<void> {
    await this.#boss.complete(nameOf(sweep), id);
  }

  /** Gives a stage back, for this worker or another one. */
  async giveBack({ id, sweep }: Pick<TakenStage, 'id' | 'sweep'>): Promise<void> {
    await this.#boss.fail(nameOf(sweep), id);
  }

  /** Nobody takes a stage of this sweep any more; workers stop those that they run. */
  async cancel(sweep: Sweep): Promise<void> {
    const waiting = (await this.stages(sweep)).filter(({ state }) => ['created', 'retry', 'active'].includes(state));
    if (waiting.length > 0)
      await this.#boss.cancel(
        nameOf(sweep),
        waiting.map(({ id }) => id),
      );
  }

  /** Whether a stage waits or runs. */
  async hasLeft(sweep: Sweep): Promise<boolean> {
    const { rows } = await this.db.executeSql(
      `SELECT 1 FROM ${SCHEMA}.job WHERE name = $1 AND state < 'completed' LIMIT 1`,
      [nameOf(sweep)],
    );
    return rows.length > 0;
  }

  /** All stages of a sweep that the queue remembers; it forgets completed ones after some hours. */
  async stages(sweep: Sweep): Promise<QueuedStage[]> {
    const { rows } = await this.db.executeSql(
      `SELECT id, state::text AS state, (data->>'number')::int AS number, (data->>'rung')::int AS rung
       FROM ${SCHEMA}.job WHERE name = $1`,
      [nameOf(sweep)],
    );
    return rows as unknown as QueuedStage[];
  }
}

const nameOf = ({ id }: Pick<Sweep, 'id'>) => `sweep-${id}`;

/** Of the same priority the lower id goes first, so it begins with the number. */
function jobId({ id }: Pick<Sweep, 'id'>, { number, rung }: Stage): string {
  const hash = createHash('sha256').update(`${id}/${number}/${rung}`).digest('hex');
  const text = number.toString(16).padStart(8, '0') + hash.slice(0, 24);
  return text.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
