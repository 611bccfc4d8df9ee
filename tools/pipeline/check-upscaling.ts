import { dirname, extname, join } from 'node:path';
import type { Setting } from '../../ml/config/settings.ts';
import { UserError } from '../../ml/core/errors.ts';
import type { Reporter } from '../../ml/core/progress.ts';
import { sha256Of } from '../../ml/model/exported-file.ts';
import { readModelJson } from '../../ml/model/model-json.ts';
import { originOf } from '../../ml/model/onnx-metadata.ts';
import { decodeModel } from '../../ml/onnx/decode.ts';
import { readModelFile } from '../../ml/runtime/model-file.ts';
import { readEdsr } from '../../ml/superres/model-file.ts';
import { MODEL_JSON } from './export-head.ts';

/**
 * Makes sure that a network is given faces like those that it was trained on.
 * @param what the network, for the message.
 * @param trainedBy SHA-256 of the EDSR network that upscaled those; undefined if they were not.
 * @param upscale file of the EDSR network that upscales these; null if they are not.
 * @param otherwise what else could be done about a missing one, for the message.
 * @throws UserError if the network is missing, superfluous or another one.
 */
export async function checkUpscaling(
  what: string,
  trainedBy: string | undefined,
  upscale: string | null,
  otherwise = '',
): Promise<void> {
  const given = upscale === null ? undefined : (await readEdsr(upscale)).sha256;
  if (given === trainedBy) return;
  if (trainedBy === undefined)
    throw new UserError(`${what} was trained on faces that were not upscaled; remove --upscale (${upscale})`);
  const trained = `${what} was trained on faces upscaled by the EDSR network with the SHA-256 ${trainedBy}`;
  throw new UserError(
    given === undefined
      ? `${trained}; name its file with --upscale${otherwise}`
      : `${trained}, but ${upscale} is another one, ${given}; name the original file with --upscale, or put it back`,
  );
}

/**
 * The same for exported models that are to be measured. To see what upscaling is worth, they may also be given plain faces
 * instead of upscaled ones, if a setting says so, and upscaled ones although they were not trained on them.
 * @throws UserError if the network is missing or another one.
 */
export async function checkMeasured(
  files: Iterable<string>,
  upscale: string | null,
  settings: readonly Setting[],
  reporter: Reporter,
): Promise<void> {
  const plain = upscale === null && settings.some(({ path }) => path === 'data.upscale');
  for (const file of files) {
    const trainedBy = await upscalingOf(file);
    if (trainedBy !== undefined && !plain)
      await checkUpscaling(file, trainedBy, upscale, ', or evaluate it on plain faces with --set data.upscale=null');
    if (trainedBy === undefined && upscale !== null)
      reporter.note(`${file} does not say that it was trained on upscaled faces; it is evaluated on them anyway`);
  }
}

/** What an exported model says of the faces that it was trained on: an ONNX file in itself, others in their `model.json`. */
async function upscalingOf(file: string): Promise<string | undefined> {
  const bytes = await readModelFile(file);
  if (extname(file).toLowerCase() === '.onnx') return originOf(decodeModel(bytes, file)).upscaledBy;
  // Another program's model.json does not describe this file.
  const beside = await readModelJson(join(dirname(file), MODEL_JSON)).catch(() => undefined);
  const isDescribed = beside?.files.some(({ sha256 }) => sha256 === sha256Of(bytes));
  return isDescribed ? beside?.training.upscaledBy : undefined;
}
