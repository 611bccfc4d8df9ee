import { basename } from 'node:path';
import { checkContent } from '../check/check-model.ts';
import type { CheckReport } from '../check/report.ts';
import { UserError } from '../core/errors.ts';
import { writeAtomic } from '../core/files.ts';
import { encodeModel } from '../onnx/model.ts';
import { evaluateIsolated } from '../runtime/isolated-session.ts';
import { simplify } from './passes/simplify.ts';
import { fixShapes } from './passes/static-shapes.ts';
import { proveSimplified } from './random-proof.ts';
import { filesIn } from './readers/files.ts';
import { readOnnxModel } from './readers/onnx.ts';

/** What came of {@link fixOnnx}. */
export interface Fixed {
  /** Of the file that was written. */
  readonly report: CheckReport;
  /** Largest difference of the answers on random numbers, as a share of the greatest; null where they are not 32-bit floats. */
  readonly difference: number | null;
}

/**
 * Writes an ONNX file anew, as close to SnapML's table as can be done without changing its answers.
 * @param out the file to write.
 * @param side height and width of pictures where the file leaves them open.
 * @throws UserError if the file cannot be read, or the new one answers differently; nothing is written then.
 */
export async function fixOnnx(file: string, out: string, side?: number): Promise<Fixed> {
  if (!/\.onnx$/i.test(file) || !/\.onnx$/i.test(out)) {
    throw new UserError(
      `--fix writes an ONNX file from an ONNX file, not ${out} from ${file}; use import for other formats`,
    );
  }
  const model = await readOnnxModel(await filesIn(file), basename(file));
  const fixed = await simplify(model, file, {
    ...(side !== undefined && { side }),
    evaluate: (bytes) => evaluateIsolated(bytes, file),
  });
  const difference = await proveSimplified(fixShapes(model, file, side), fixed, file);
  const bytes = encodeModel(fixed);
  await writeAtomic(out, bytes);
  return { report: checkContent(bytes, out), difference };
}
