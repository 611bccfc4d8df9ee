import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runDisturbed } from '../../tools/bench/sweep/chaos.ts';
import { findPostgres, type PostgresServer, startPostgres } from '../../tools/bench/sweep/postgres.ts';
import { advance } from '../../tools/sweep/advance.ts';
import { DataIndex } from '../../tools/sweep/data-index.ts';
import { trialRows } from '../../tools/sweep/overview.ts';
import type { TrialQueue } from '../../tools/sweep/queue.ts';
import { resultFilesOf } from '../../tools/sweep/result-files.ts';
import { runWorker, startSweep, withService } from '../../tools/sweep/service.ts';
import { planSweep } from '../../tools/sweep/sweep.ts';

const FAKE = new URL('../../tools/bench/sweep/fake-trial.ts', import.meta.url);
const programs = findPostgres();

describe.skipIf(programs === undefined)('sweeps on a PostgreSQL server', () => {
  let server: PostgresServer;
  const folder = mkdtempSync(join(tmpdir(), 'sweep-'));
  beforeAll(async () => {
    server = await startPostgres(programs!);
  });
  afterAll(async () => {
    await server?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const write = (name: string, search: string) => {
    const path = join(folder, `${name}.yaml`);
    writeFileSync(path, `name: ${name}\nconfig: { train: { epochs: 4 } }\nobjective: {}\n${search}\n`);
    return path;
  };
  /** Sends a sweep, and runs a worker until it can run no open sweep; returns what it said and how the sweep is. */
  const run = async (
    name: string,
    search: string,
    { version = 'test', data = new DataIndex(), signal = new AbortController().signal } = {},
  ) => {
    const planned = await planSweep(write(name, search), { results: 'database', lease: 4 });
    const notes: string[] = [];
    return withService({ url: server.url }, async (service) => {
      const { id } = await startSweep(service, planned, 'test');
      const options = { jobs: 2, cores: 1, version, data, signal, once: true, pollMs: 200, program: FAKE };
      const reporter = { note: (text: string) => notes.push(text), progress() {} };
      const failure = await runWorker(service, { ...options, folder: () => join(folder, id) }, reporter).catch(
        (thrown) => thrown,
      );
      const sweep = await service.records.find(name);
      const rows = await trialRows(sweep, service.records, service.queue);
      return {
        sweep,
        rows,
        notes: notes.join('\n'),
        failure: failure as Error | undefined,
        states: rows.map(({ state }) => state),
      };
    });
  };
  /** What became of an open sweep is of no interest to the tests that follow. */
  const cancel = (name: string) =>
    withService({ url: server.url }, async ({ records, queue }) => {
      const sweep = await records.find(name);
      await records.end(sweep, 'cancelled', 'by the test');
      await queue.cancel(sweep);
    });

  it('ends with the same bits when workers and the server are killed', async () => {
    const search = (name: string) =>
      write(
        name,
        'grid: { train.learningRate: [0.1, 0.2], augment.noise: [30] }\nseeds: [1, 2]\nasha: { eta: 2, synchronous: true }',
      );
    const calm = await runDisturbed(search('calm'), server, join(folder, 'calm'), { kills: 0, seed: 1 });
    const wild = await runDisturbed(search('wild'), server, join(folder, 'wild'), { kills: 3, seed: 2 });
    expect(calm.state).toBe('ended');
    expect(wild.kills).toBeGreaterThan(1);
    // Rungs of 4, 2 and 1 trials.
    expect(calm.outcomes).toHaveLength(7);
    expect(wild).toEqual({ ...calm, kills: wild.kills });
  }, 240_000);

  it('sets a trial aside that crashes three times, with its log, and finishes the others', async () => {
    const { sweep, rows, states } = await run('poisoned', 'grid: { augment.rotation: [10, 180, 20] }');
    expect(sweep.state).toBe('ended');
    expect(states).toEqual(['finished', 'set aside', 'finished']);
    expect(rows[1].reason).toMatch(/^crashed 3 times: .*SIGSEGV/s);
  });

  it('leaves a sweep open whose worker has a full disk', async () => {
    const { sweep, failure } = await run('full', 'grid: { augment.rotation: [179] }');
    expect(failure?.message).toMatch(/the disk of .* is full; its trial went back to the queue/);
    expect(sweep.state).toBe('open');
    await cancel('full');
  });

  it('leaves a sweep of another version to others, and says how to mend it', async () => {
    const { notes, states } = await run('newer', 'seeds: [1]', { version: 'other' });
    expect(notes).toMatch(/it needs version test of the project, this is other; run "git checkout vtest && npm ci"/);
    expect(states).toEqual(['waiting']);
    await cancel('newer');
  });

  it('says what data a worker lacks, and finds them by their content under another name', async () => {
    const here = join(folder, 'weights.tflite');
    writeFileSync(here, 'weights');
    const search = `list: [{ name: only, set: { model.weights: ${JSON.stringify(here)} } }]`;
    const elsewhere = mkdtempSync(join(folder, 'elsewhere-'));
    const without = await run('data', search, { data: new DataIndex([elsewhere]) });
    expect(without.notes).toMatch(
      /this machine lacks weights.tflite \(7 bytes, SHA-256 [0-9a-f]{12}…\); copy it below one of/,
    );
    expect(without.states).toEqual(['waiting']);
    writeFileSync(join(elsewhere, 'other-name'), 'weights');
    const withData = await run('data', search, { data: new DataIndex([elsewhere]) });
    expect(withData.states).toEqual(['finished']);
    // Only the machine itself knows where its data lie.
    expect(JSON.stringify(withData.sweep)).not.toContain(folder);
  });

  it('counts a trial once that two workers ran', async () => {
    const { sweep } = await run('twice', 'seeds: [1]');
    await withService({ url: server.url }, async ({ records }) => {
      const outcome = (await records.outcomes(sweep)).get(0)!;
      const how = { score: 0.5, seconds: 1, worker: 'another' };
      await records.keep(sweep, { number: 0, rung: 0 }, { ...outcome, epochs: 99 }, how);
      expect(await records.outcomes(sweep)).toEqual(new Map([[0, outcome]]));
    });
  });

  it('does not end a sweep whose first stages are sent while a worker looks for them', async () => {
    const planned = await planSweep(write('racing', 'seeds: [1]'), { results: 'database', lease: 4 });
    await withService({ url: server.url }, async ({ records, queue }) => {
      const sweep = await records.add(planned.plan, planned.trials, 'test');
      const racing: TrialQueue = Object.create(queue, {
        stages: {
          value: async () => {
            await queue.send(sweep, [{ number: 0, rung: 0 }]);
            return queue.stages(sweep);
          },
        },
      });
      await advance(sweep, records, racing);
      expect((await records.find('racing')).state).toBe('open');
    });
    await cancel('racing');
  });

  it('refuses a second sweep of one name, and takes the same one twice', async () => {
    await run('named', 'seeds: [1]');
    expect((await run('named', 'seeds: [1]')).states).toEqual(['finished']);
    await expect(run('named', 'seeds: [2]')).rejects.toThrow(/there is another sweep named named, with other trials/);
  });

  it('keeps large files in chunks, and replaces them whole', async () => {
    const { sweep } = await run('files', 'seeds: [1]');
    await withService({ url: server.url }, async ({ records }) => {
      const files = resultFilesOf(sweep, records.db)!;
      const [first, second] = [3_000_000, 2_500_000].map((length) => Uint8Array.from({ length }, (_, i) => i % 251));
      await files.put(0, 'model', first);
      expect(Buffer.compare((await files.get(0, 'model'))!, first)).toBe(0);
      await files.put(0, 'model', second);
      expect(Buffer.compare((await files.get(0, 'model'))!, second)).toBe(0);
      const { rows } = await records.db.executeSql(
        `SELECT count(*)::int AS count FROM emotion_lens.chunk WHERE name = 'model'`,
      );
      expect(rows[0]['count']).toBe(3);
    });
  });

  it('writes the password nowhere', () => {
    const texts = readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'));
    expect(texts.length).toBeGreaterThan(20);
    expect(texts.filter((text) => text.includes('secret'))).toEqual([]);
  });

  const other = (change: (url: URL) => void) => {
    const url = new URL(server.url);
    change(url);
    return withService({ url: url.href }, async () => {});
  };
  it('explains what is wrong with a queue, without its password', async () => {
    await expect(
      other((url) => {
        url.password = 'wr0ng';
      }),
    ).rejects.toThrow(
      /^--queue postgres:\/\/emotion:\*\*\*@127.0.0.1:\d+\/postgres: the server refuses this user or password/,
    );
    await expect(
      other((url) => {
        url.port = '1';
      }),
    ).rejects.toThrow(/cannot be reached \(ECONNREFUSED\); check host/);
    await expect(
      other((url) => {
        url.pathname = '/none';
      }),
    ).rejects.toThrow(/no such database; create it/);
    await expect(
      other((url) => {
        url.search = '?sslmode=verify-full';
      }),
    ).rejects.toThrow(/SSL/);
    await expect(withService({ url: 'mysql://a:secret@b/c' }, async () => {})).rejects.toThrow(
      '--queue mysql://a:***@b/c: expected a URL such as postgres://user@host:5432/database',
    );
  });

  it('refuses tables of another version', async () => {
    await withService({ url: server.url }, ({ records }) =>
      records.db.executeSql('UPDATE emotion_lens.version SET version = 99'),
    );
    await expect(other(() => {})).rejects.toThrow(
      /have version 99, but this program knows version 1; update the project/,
    );
  });
});
