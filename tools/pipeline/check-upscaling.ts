import { dirname, extname, join } from 'node:path';
import type { Setting } from '../../ml/config/settings.ts';
import { UserError } from '../../ml/core/errors.ts';
import type { Reporter } from '../../ml/core/progress.ts';
import { sha256Of } from '../../ml/export/exported-file.ts';
import { readModelJson } from '../../ml/export/model-json.ts';
import { decodeModel } from '../../ml/onnx/decode.ts';
import { readModelFile } from '../../ml/runtime/model-file.ts';
import { readEdsr } from '../../ml/superres/model-file.ts';
import { MODEL_JSON } from './export-head.ts';

/**
 * Makes sure that a network is given faces like those that it was trained on.
 * @param what the network, for the message.
 * @param trainedBy SHA-256 of the EDSR network that made those larger; undefined if they were not.
 * @param upscale file of the EDSR network that makes these larger; null if they are not.
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
    throw new UserError(`${what} was trained on faces as they are; leave --upscale (${upscale}) out`);
  const trained = `${what} was trained on faces made larger by the EDSR network with the SHA-256 ${trainedBy}`;
  throw new UserError(
    given === undefined
      ? `${trained}; name its file with --upscale${otherwise}`
      : `${trained}, but ${upscale} is another one, ${given}; name the former's file with --upscale, or put it back`,
  );
}

/**
 * The same for exported models that are to be measured. To see what upscaling is worth, they may also be given plain faces
 * in the place of larger ones, if a setting says so, and larger ones though they know nothing of them.
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
      await checkUpscaling(
        file,
        trainedBy,
        upscale,
        ', or see how it does on plain faces with --set data.upscale=null',
      );
    if (trainedBy === undefined && upscale !== null)
      reporter.note(`${file} does not say that it was trained on faces made larger; it is given them nevertheless`);
  }
}

/** What an exported model says of the faces that it was trained on: an ONNX file in itself, others in their `model.json`. */
async function upscalingOf(file: string): Promise<string | undefined> {
  const bytes = await readModelFile(file);
  if (extname(file).toLowerCase() === '.onnx') return decodeModel(bytes, file).metadata['upscaledBy'];
  // Another program's model.json says nothing of this file.
  const beside = await readModelJson(join(dirname(file), MODEL_JSON)).catch(() => undefined);
  const isDescribed = beside?.files.some(({ sha256 }) => sha256 === sha256Of(bytes));
  return isDescribed ? beside?.training.upscaledBy : undefined;
}
