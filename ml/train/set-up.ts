import type { Config } from '../config/schema.ts';
import { UserError } from '../core/errors.ts';
import { classesOf, type FaceDataset, indicesOf } from '../data/dataset.ts';
import { targetsFor } from '../data/labels.ts';
import { Layout } from '../nn/layout.ts';
import { Batches } from './batches.ts';
import { type ExecutionPlan, planExecution } from './hardware.ts';

/** What a training needs besides its network. */
export interface TrainingSetup {
  readonly plan: ExecutionPlan;
  /** Of one replica. */
  readonly layout: Layout;
  /** Positions in the data set that are trained on: faces of Training with a target for at least one head. */
  readonly faces: Uint32Array;
  readonly batches: Batches;
}

/**
 * Chooses the faces, their targets and how this machine is used.
 * @throws UserError if there are fewer faces than a batch holds, or the machine does not suit the configuration.
 */
export function setUpTraining(config: Config, dataset: FaceDataset): TrainingSetup {
  const { targets: heads, batchSize, blend } = config.train;
  const targets = Object.fromEntries(heads.map((kind) => [kind, targetsFor(kind, dataset, blend)]));
  const faces = indicesOf(dataset, 'Training').filter((face) => heads.some((head) => targets[head].usable[face]));
  if (faces.length < batchSize) {
    throw new UserError(
      `there are ${faces.length} training faces, a batch has ${batchSize}; lower train.batchSize or add faces`,
    );
  }
  const plan = planExecution(config.train);
  const layout = new Layout(batchSize / plan.replicas, plan.block);
  const batches = new Batches(config, dataset, faces, targets, layout, classesOf(dataset).length);
  return { plan, layout, faces, batches };
}
