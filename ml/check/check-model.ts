import { extname } from 'node:path';
import { UserError } from '../core/errors.ts';
import { refuseOtherFormats } from '../core/other-formats.ts';
import { readModelFile } from '../runtime/model-file.ts';
import { isTflite } from '../tflite/read.ts';
import { checkOnnx } from './check-onnx.ts';
import { checkTflite } from './check-tflite.ts';
import type { CheckReport } from './report.ts';

/**
 * Says whether SnapML will take a file: as what its name ends in, or else by its first bytes.
 * @throws UserError if the file is missing, far too large, damaged or of another format.
 */
export async function checkModel(file: string): Promise<CheckReport> {
  return checkContent(await readModelFile(file), file);
}

/**
 * {@link checkModel} of what was read already.
 * @throws UserError if it is damaged or of another format.
 */
export function checkContent(content: Uint8Array, file: string): CheckReport {
  const ending = extname(file).toLowerCase();
  if (ending === '.onnx') return checkOnnx(content, file);
  if (ending === '.tflite' || isTflite(content)) return checkTflite(content, file);
  refuseOtherFormats(content, file);
  throw new UserError(
    `${file}: its name ends in neither .onnx nor .tflite, and it does not begin as a TensorFlow Lite file; ` +
      'choose a model in ONNX or TensorFlow Lite format, and give it that ending',
  );
}
