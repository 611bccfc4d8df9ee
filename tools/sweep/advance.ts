import { promotions, type Stage } from '../../ml/sweep/asha.ts';
import type { TakenStage, TrialQueue } from './queue.ts';
import type { Records, Sweep } from './records.ts';

const LOST = 'its workers vanished again and again; it may need more memory than they have';

/**
 * Sends the stages that may begin now, and ends a sweep that has none left. Any worker may do it at any time, and again
 * after it was killed in the middle.
 * @param completed a stage that needs no worker any more. It stays in the queue until those that follow it are there.
 */
export async function advance(
  sweep: Sweep,
  records: Records,
  queue: TrialQueue,
  completed?: TakenStage,
): Promise<void> {
  if (completed) {
    // Without rungs nothing follows from a result.
    if (sweep.plan.rungs.length > 1) await sendNext(sweep, records, queue);
    await queue.complete(completed);
  }
  if (await queue.hasLeft(sweep)) return;
  if ((await sendNext(sweep, records, queue)) > 0) return;
  // Whoever started the sweep may have sent its stages in between.
  if (!(await queue.hasLeft(sweep))) await records.end(sweep, 'ended', null);
}

/** Sends what may begin and is not in the queue; returns how many stages. */
async function sendNext(sweep: Sweep, records: Records, queue: TrialQueue): Promise<number> {
  const { spec, rungs, trials } = sweep.plan;
  const aside = await records.aside(sweep);
  const queued = await queue.stages(sweep);
  for (const { number } of queued.filter(({ number, state }) => state === 'failed' && !aside.has(number))) {
    await records.setAside(sweep, number, LOST);
    aside.set(number, LOST);
  }
  const results = await records.results(sweep);
  const known = new Set([...results, ...queued].map(({ number, rung }) => `${number}/${rung}`));
  const judged = results.flatMap(({ number, rung, score }) => (score === null ? [] : [{ number, rung, score }]));
  const { asha, objective } = spec;
  const next: Stage[] = [
    ...Array.from({ length: trials }, (_, number) => ({ number, rung: 0 })),
    ...promotions(judged, {
      asha,
      metric: objective?.metric ?? 'accuracy',
      trials,
      rungs: rungs.length,
      aside: new Set(aside.keys()),
    }),
  ].filter(({ number, rung }) => !known.has(`${number}/${rung}`) && !aside.has(number));
  await queue.send(sweep, next);
  return next.length;
}
