import { UserError } from '../../ml/core/errors.ts';
import { writeAtomic } from '../../ml/core/files.ts';
import { MODEL_FILE } from '../pipeline/run-folder.ts';
import { bestGroups, describeTrial, trialRows } from './overview.ts';
import type { Sweep } from './records.ts';
import { resultFilesOf } from './result-files.ts';
import type { Service } from './service.ts';

/**
 * The best configuration of a sweep so far.
 * @param out where to write the model of its best seed, if anywhere.
 * @throws UserError if nothing is judged yet, or the model is not to be had.
 */
export async function findBest(sweep: Sweep, { records, queue }: Service, out?: string) {
  if (!sweep.plan.spec.objective)
    throw new UserError(`sweep ${sweep.name} has no objective, so no trial is the best; see its report`);
  const [group] = bestGroups(sweep, await trialRows(sweep, records, queue));
  if (!group) throw new UserError(`no trial of sweep ${sweep.name} is finished yet; wait for one`);
  const { metric } = sweep.plan.spec.objective;
  const { trials, mean, sd } = group;
  const sign = metric === 'expectedCalibrationError' ? 1 : -1;
  const [best] = [...trials].sort((a, b) => sign * (a.result!.score! - b.result!.score!) || a.number - b.number);
  if (out !== undefined) {
    const model = await resultFilesOf(sweep, records.db)?.get(best.number, MODEL_FILE);
    if (!model)
      throw new UserError(
        `the model of trial ${best.number} is not in this queue: it is larger than 10 MB, has several heads, or is not finished; it lies in the folder of the worker ${best.result!.worker}`,
      );
    await writeAtomic(out, model);
  }
  const spread = sd === null ? '' : ` ± ${sd.toFixed(4)} over ${trials.length} seeds`;
  return {
    text: [
      `${metric} ${mean.toFixed(4)}${spread}: ${describeTrial(best)}`,
      `best seed ${best.seed}, trial ${best.number}`,
      ...(out === undefined ? [] : [out]),
    ].join('\n'),
    json: {
      trial: best.number,
      seed: best.seed,
      settings: best.settings,
      score: best.result!.score,
      mean,
      sd,
      model: out,
    },
  };
}
