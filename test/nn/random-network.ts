import type { ArchitectureName, LandmarkUse } from '../../ml/config/schema.ts';
import { Random } from '../../ml/core/random.ts';
import { buildArchitecture, shapeOf } from '../../ml/nn/architectures.ts';
import { parametersOf, randomParameters, statisticsOf } from '../../ml/nn/parameters.ts';
import type { TrainedNetwork } from '../../ml/train/trained-network.ts';

/** A network whose norms, statistics and classifiers are all away from their start. */
export function randomNetwork(
  width: number,
  size: number,
  heads: string[],
  name: ArchitectureName = 'mobilenet-v2',
  landmarks: LandmarkUse = 'none',
): TrainedNetwork {
  const architecture = buildArchitecture({ architecture: name, width, size, landmarks });
  const random = new Random(11);
  const vector = parametersOf(architecture, heads, 7);
  const parameters = randomParameters(vector, random);
  for (const { name, offset, size: length } of vector.pieces) {
    for (let i = offset; i < offset + length; i++) {
      if (name.endsWith('/gamma') || name.endsWith('/beta')) parameters[i] += random.normal(0, 0.3);
      if (name.startsWith('classifier/')) parameters[i] = random.normal(0, 0.05);
      else if (name.endsWith('/bias')) parameters[i] = random.normal(0, 0.3);
    }
  }
  const statisticsVector = statisticsOf(architecture);
  const statistics = new Float32Array(statisticsVector.size);
  for (const { name, offset, size: length } of statisticsVector.pieces) {
    for (let i = offset; i < offset + length; i++) {
      statistics[i] = name.endsWith('/mean') ? random.normal(0, 0.3) : random.uniform(0.3, 2);
    }
  }
  return { info: { ...shapeOf(architecture), classes: 7, heads, epoch: 1 }, parameters, statistics };
}
