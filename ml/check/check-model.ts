import { extname } from 'node:path';
import { UserError } from '../core/errors.ts';
import { refuseOtherFormats } from '../core/other-formats.ts';
import { readModelFile } from '../runtime/model-file.ts';
import { isTflite } from '../tflite/read.ts';
import { checkOnnx } from './check-onnx.ts';
import { checkTflite } from './check-tflite.ts';
import { error, type Finding } from './finding.ts';
import type { CheckReport } from './report.ts';
import { LAYERS, ML_ASSETS_BYTES, type ModelFindings, PARAMETER, PLATFORMS, type Platform } from './snapml.ts';

/**
 * Checks whether SnapML will take a file, whose format its name tells, or else its first bytes.
 * @throws UserError if the file is missing, far too large, damaged or of another format.
 */
export async function checkModel(file: string): Promise<CheckReport> {
  return checkContent(await readModelFile(file), file);
}

/**
 * {@link checkModel} for a file that was already read.
 * @throws UserError if it is damaged or of another format.
 */
export function checkContent(content: Uint8Array, file: string): CheckReport {
  const ending = extname(file).toLowerCase();
  if (ending === '.onnx') return reportOf(file, content.length, checkOnnx(content, file));
  if (ending === '.tflite' || isTflite(content)) return reportOf(file, content.length, checkTflite(content, file));
  refuseOtherFormats(content, file);
  throw new UserError(
    `${file}: its name ends in neither .onnx nor .tflite, and it does not begin like a TensorFlow Lite file; ` +
      'choose a model in ONNX or TensorFlow Lite format, and give it that ending',
  );
}

/** Code of the finding that a lens may not have so large a model. */
export const TOO_LARGE = 'too-large';

/** @param bytes of the model with its weights. */
function sizeFindings(bytes: number): Finding[] {
  if (bytes <= ML_ASSETS_BYTES) return [];
  const found = `the model has ${bytes.toLocaleString('en')} bytes; all ML assets of a lens together may have at most 10 MB`;
  return [{ ...error(found, 'Choose a smaller network, a smaller width, or 8-bit TFLite'), code: TOO_LARGE }];
}

/** Puts together the report: one row for each kind of operator, and where the whole network runs. */
function reportOf(file: string, bytes: number, model: ModelFindings): CheckReport {
  const { format, operators, findings, alternatives } = model;
  const rows = new Map<string, CheckReport['operators'][number]>();
  const all = [...sizeFindings(model.bytes), ...findings];
  let runs: readonly Platform[] = PLATFORMS;
  for (const { operator, name, mapping } of operators) {
    const { layer, except = [], problems = [] } = mapping;
    const node = `${operator} ${name || 'without a name'}`;
    const refused = layer === null || problems.some(({ severity }) => severity === 'error');
    const possible = layer === null ? [] : layer === PARAMETER ? PLATFORMS : LAYERS[layer];
    const platforms = refused ? [] : possible.filter((platform) => !except.includes(platform));
    runs = runs.filter((platform) => platforms.includes(platform));
    all.push(...problems.map((finding) => ({ ...finding, node })));
    // A rule that makes exceptions says so itself.
    if (!refused && platforms.length < PLATFORMS.length && except.length === 0) {
      const missing = PLATFORMS.filter((platform) => !platforms.includes(platform));
      all.push({
        severity: 'warning',
        node,
        found: `not supported on ${missing.join(', ')}, which costs speed there`,
        fix: (layer === PARAMETER ? undefined : alternatives[layer]) ?? 'Leave it if the model is fast enough there',
      });
    }
    const key = `${operator} ${layer} ${platforms}`;
    const row = rows.get(key) ?? { operator, layer, count: 0, platforms: [...platforms] };
    rows.set(key, { ...row, count: row.count + 1 });
  }
  return {
    file,
    bytes,
    format,
    operators: [...rows.values()],
    platforms: [...runs],
    findings: all,
    accepted: !all.some(({ severity }) => severity === 'error'),
  };
}
