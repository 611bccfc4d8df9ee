/** Conditions of SnapML's layers that hold for both formats. */
import { sizeOf } from '../nn/graph.ts';
import { error, note, type Problem, warning } from './finding.ts';
import type { Layer, Mapping } from './snapml.ts';

/** For a sum or product with a constant. */
export const CONSTANT_OPERAND = note(
  "an operand is a constant; Snap's table does not say whether it becomes a Constant layer, which the iPhone NPU lacks",
  'Nothing needs to be done',
);

/**
 * Whether SnapML repeats the small operand to fill the large one: along the channels, or over height and width.
 * The axes of an image are batch, channels, height and width.
 */
function broadcasts(small: readonly number[], large: readonly number[]): boolean {
  const aligned = [...new Array<number>(Math.max(0, large.length - small.length)).fill(1), ...small];
  if (aligned.some((side, i) => side !== 1 && side !== large[i])) return false;
  const repeated = aligned.map((side, i) => side !== large[i]);
  return large.length !== 4 || repeated[2] === repeated[3] || (aligned[2] === 1 && aligned[3] === 1);
}

/** What SnapML demands of a layer's operands, in addition to shapes that it combines. */
export interface EltwiseConditions {
  readonly equalShapes?: boolean;
  readonly largestFirst?: boolean;
}

/**
 * What is wrong with the operands of a sum, a product and so on; there may be many.
 * @param shapes of the operands, images with their channels second.
 * @param shown the same as the format has them.
 * @param channels how a number for each channel is shaped in the format.
 */
export function operandProblems(
  shapes: readonly (readonly number[])[],
  shown: readonly (readonly number[])[],
  channels: string,
  { equalShapes, largestFirst }: EltwiseConditions,
): Problem[] {
  const isSmaller = (a: readonly number[], b: readonly number[]) =>
    sizeOf(a) < sizeOf(b) || (sizeOf(a) === sizeOf(b) && a.length < b.length);
  const largest = shapes.reduce((large, shape) => (isSmaller(large, shape) ? shape : large), shapes[0]);
  const differs = (shape: readonly number[]) => String(shape) !== String(largest);
  if (!shapes.some(differs)) return [];
  if (equalShapes || shapes.some((shape) => differs(shape) && !broadcasts(shape, largest))) {
    const all = shown.slice(0, MAX_SHOWN).map((shape) => `[${shape}]`);
    return [
      error(
        `operands ${all.join(' and ')} do not have shapes that SnapML combines`,
        `Give ${shapes.length === 2 ? 'both' : 'all'} the same shape${equalShapes ? '' : `, or one of ${channels}`}`,
      ),
    ];
  }
  const [first] = shapes;
  if (!largestFirst || !differs(first)) return [];
  const place = shapes.indexOf(largest);
  return [
    error(
      `the first operand [${shown[0]}] is smaller than the ${PLACES[place] ?? 'last'} [${shown[place]}], and SnapML wants the largest first`,
      `Multiply the ${shapes.length === 2 ? 'second' : 'others'} by -1 and use Add`,
    ),
  ];
}

/** Operands of a sum of many that a message shows. */
const MAX_SHOWN = 4;
const PLACES = ['first', 'second', 'third'];

/** @param axes of batch, channels, height and width, counted from the front. */
export function reductionOver(layer: Layer, axes: readonly number[]): Mapping {
  const sorted = axes.toSorted((a, b) => a - b);
  if (['0', '1', '2,3'].includes(String(sorted)) || sorted.length === 0 || sorted[0] < 0) return { layer };
  if (String(sorted) !== '1,2,3') {
    return {
      layer,
      problems: [
        error(
          `reduction over axes ${sorted}`,
          'Reduce over the batch, the channels, or height and width (0, 1 or 2,3)',
        ),
      ],
    };
  }
  return {
    layer,
    except: ['Android GPU'],
    problems: [
      warning(
        'reduction over channels, height and width, which Android GPUs and the iPhone NPU do not support',
        'Reduce over height and width first, then over the channels',
      ),
    ],
  };
}
