import { isDeepStrictEqual } from 'node:util';
import { EMOTIONS } from '../../ml/core/emotions.ts';
import { UserError } from '../../ml/core/errors.ts';
import { classesOf, type FaceDataset } from '../../ml/data/dataset.ts';

/**
 * Makes sure that a network is shown faces of the classes that it tells apart. CK+'s contempt is left to the protocols.
 * @param what the network, for the message.
 * @param labels its classes in the order of its output; undefined stands for the seven expressions.
 * @throws UserError if the faces have other classes, or the same in another order.
 */
export function checkClasses(what: string, labels: readonly string[] = EMOTIONS, dataset: FaceDataset): void {
  const found = dataset.subjects ? EMOTIONS : classesOf(dataset);
  if (isDeepStrictEqual([...found], [...labels])) return;
  throw new UserError(
    `${what} tells ${labels.join(', ')} apart, but the classes of ${dataset.source} are ${found.join(', ')}; use data with ` +
      'these classes, rename theirs with --map, or train a new network',
  );
}

/** @throws UserError unless two models tell the same classes apart, in the same order. */
export function checkSameClasses(
  [first, firstLabels]: readonly [file: string, labels: readonly string[]],
  [second, secondLabels]: readonly [file: string, labels: readonly string[]],
): void {
  if (isDeepStrictEqual([...firstLabels], [...secondLabels])) return;
  throw new UserError(
    `${second} tells ${secondLabels.join(', ')} apart, ${first} tells ${firstLabels.join(', ')}; choose models of the same classes, in the same order`,
  );
}
