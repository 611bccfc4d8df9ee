import { classesOf } from '../data/dataset.ts';
import type { NetworkInfo } from '../model/network.ts';
import { buildArchitecture, shapeOf } from '../nn/architectures.ts';
import { buildTrainingGraph } from '../nn/training-graph.ts';
import { type ClassifierJob, trainClassifier } from './classifier.ts';
import { initialState, type TrainingState } from './engine.ts';
import { initialNetwork } from './initialize.ts';
import type { TrainingResult } from './loop.ts';
import { predictFaces } from './predict.ts';
import { foldTrained, saveNetwork, type TrainedNetwork } from './trained-network.ts';

/**
 * Trains a network in floats, from new or imported weights; see {@link trainClassifier}.
 * @throws UserError if the data, the weights or the checkpoint do not fit the configuration.
 */
export function train(job: ClassifierJob): Promise<TrainingResult> {
  const { config, dataset, reporter } = job;
  const architecture = buildArchitecture(config.model);
  const { targets: heads } = config.train;
  const classes = classesOf(dataset).length;
  const upscaledBy = dataset.upscaled?.upscaledBy;
  const info: NetworkInfo = {
    ...shapeOf(architecture),
    classes,
    ...(dataset.classes && { labels: dataset.classes }),
    heads,
    epoch: 0,
    ...(upscaledBy && { upscaledBy }),
  };
  /** Evaluated and kept are the moving averages. */
  const averaged = (state: TrainingState, epoch: number): TrainedNetwork => ({
    info: { ...info, epoch },
    parameters: state.averagedParameters,
    statistics: state.averagedStatistics,
  });
  return trainClassifier(job, {
    info,
    graph: (layout) => buildTrainingGraph(architecture, heads, classes, layout),
    start: async (faces) => {
      const network = await initialNetwork(info, config.model.weights, faces, config.seed, reporter);
      return initialState(network.parameters, network.statistics);
    },
    predict: (state, faces) => predictFaces(foldTrained(averaged(state, 0)), heads, faces),
    save: (path, state, epochs) => saveNetwork(path, averaged(state, epochs)),
  });
}
