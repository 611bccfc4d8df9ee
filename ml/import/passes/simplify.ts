import type { OnnxModel } from '../../onnx/model.ts';
import { channelsFirst } from './channels-first.ts';
import { type Evaluate, foldConstants } from './constants.ts';
import { decompose } from './decompose.ts';
import { explicitPadding } from './explicit-padding.ts';
import { foldAffine } from './fold-affine.ts';
import { removeNoOperations } from './no-operations.ts';
import { toOperatorSet11 } from './operator-set.ts';
import { fixShapes } from './static-shapes.ts';

export interface SimplifyOptions {
  /** Height and width of pictures where the file leaves them open. */
  readonly side?: number;
  /** Computes constants; see {@link foldConstants}. */
  readonly evaluate: Evaluate;
}

/**
 * Brings a model as close to SnapML's table as can be done without changing its answers: fixed shapes, constants folded, in
 * operator set 11, with the channels first, without what SnapML lacks and the rest could express.
 * @param file its name, for messages.
 * @throws UserError if an input's shape stays open, or its constants cannot be computed.
 */
export async function simplify(
  model: OnnxModel,
  file: string,
  { side, evaluate }: SimplifyOptions,
): Promise<OnnxModel> {
  const constant = await foldConstants(fixShapes(model, file, side), file, evaluate);
  return [removeNoOperations, decompose, toOperatorSet11, channelsFirst, foldAffine, explicitPadding].reduce(
    (at, pass) => pass(at),
    constant,
  );
}
