import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readText } from '../../ml/core/files.ts';
import { bestGroups, trialRows } from '../../tools/sweep/overview.ts';
import { writeSweepReport } from '../../tools/sweep/report.ts';
import { runLocally, withService } from '../../tools/sweep/service.ts';
import { planSweep } from '../../tools/sweep/sweep.ts';

const FAKE = new URL('../../tools/bench/sweep/fake-trial.ts', import.meta.url);
const folder = mkdtempSync(join(tmpdir(), 'sweep-local-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('runs a sweep without a server, is stopped, resumes, and reports', async () => {
  const file = join(folder, 'sweep.yaml');
  writeFileSync(
    file,
    'name: local\nconfig: { train: { epochs: 4 } }\ngrid: { train.learningRate: [0.1, 0.2], model.size: [48, 64] }\nobjective: {}\nasha: { eta: 2, synchronous: true }\n',
  );
  const place = join(folder, 'run');
  const run = async (after: number) => {
    const stop = new AbortController();
    let finished = 0;
    const note = (text: string) => {
      if (/^trial \d+: /.test(text) && ++finished === after) stop.abort();
    };
    const options = { version: 'test', jobs: 1, cores: 1, signal: stop.signal, program: FAKE };
    await runLocally(await planSweep(file, { results: 'none', lease: 60 }), place, options, { note, progress() {} });
    return finished;
  };
  const before = await run(2);
  const after = await run(100);
  // Rungs of 4, 2 and 1 trials, none of which ran twice.
  expect(before + after).toBe(7);
  await withService({ folder: place }, async (service) => {
    const sweep = await service.records.find('local');
    expect(sweep.state).toBe('ended');
    const rows = await trialRows(sweep, service.records, service.queue);
    expect(rows.map(({ state }) => state).sort()).toEqual(['finished', 'paused', 'paused', 'paused']);
    const [best] = bestGroups(sweep, rows);
    expect(best.trials[0].state).toBe('finished');
    const path = join(folder, 'report.html');
    await writeSweepReport(path, sweep, service);
    const page = await readText(path);
    expect(page).toContain(`train.learningRate ${best.trials[0].settings['train.learningRate']}`);
    expect(page.match(/<svg/g)?.length).toBeGreaterThanOrEqual(2);
    expect(page).not.toMatch(/https?:\/\//);
  });
}, 240_000);
