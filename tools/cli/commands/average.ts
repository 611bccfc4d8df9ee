import { join } from 'node:path';
import type { Command } from 'commander';
import { NETWORK_SIDE } from '../../../ml/config/schema.ts';
import { UserError } from '../../../ml/core/errors.ts';
import { intoFolder, MODEL_FILE } from '../../pipeline/run-folder.ts';
import { addCommonFlags, perform } from '../command.ts';
import { refuseOverwrite } from '../flags.ts';

interface Options {
  shares?: readonly number[];
  size?: number;
  out: string;
  force?: boolean;
}

export function addAverage(command: Command): void {
  addCommonFlags(command, {
    'before.onnx after.onnx --shares 0.5,0.5 --out mean': 'often better than both, and no slower',
    'a.onnx b.onnx c.onnx --out mean': 'the plain mean of three networks',
  })
    .option('--shares <numbers>', 'weight of each model, one number per model (default: all equal)', readShares)
    .option('--size <pixels>', 'side of the image, for models of different sizes (default: theirs)', readSize)
    .requiredOption('--out <folder>', 'folder for the file')
    .option('--force', 'replace a file that exists')
    .action((files: string[], { shares, size, out, force, ...options }: Options) =>
      perform(options, async () => {
        const { averageModels } = await import('../../../ml/export/average.ts');
        const { FLOAT_ONNX, writeModel } = await import('../../../ml/model/exported-file.ts');
        const { readModelFile } = await import('../../../ml/runtime/model-file.ts');
        if (files.length < 2) throw new UserError(`average takes two models or more; only ${files[0]} is given`);
        if (shares && shares.length !== files.length)
          throw new UserError(`--shares has ${shares.length} numbers for ${files.length} models; give one for each`);
        const path = join(out, MODEL_FILE);
        refuseOverwrite([path], force);
        const read = async (file: string, i: number) => ({
          file,
          bytes: await readModelFile(file),
          share: shares?.[i] ?? 1,
        });
        const model = averageModels(await Promise.all(files.map(read)), size);
        const { bytes, sha256 } = await intoFolder(out, 'average', () => writeModel(path, model, FLOAT_ONNX));
        return {
          text: `${path} (${(bytes / 1e6).toFixed(2)} MB, SHA-256 ${sha256})`,
          json: { model: path, bytes, sha256, of: files },
        };
      }),
    );
}

/** @throws UserError if one is not a number above 0. */
function readShares(text: string): number[] {
  return text.split(',').map((part) => {
    const share = Number(part);
    if (part.trim() !== '' && Number.isFinite(share) && share > 0) return share;
    throw new UserError(`--shares ${text}: ${JSON.stringify(part)} is not a number above 0`);
  });
}

/** @throws UserError unless it is a side that networks can have. */
function readSize(text: string): number {
  const size = NETWORK_SIDE.safeParse(text.trim() === '' ? undefined : Number(text));
  if (size.success) return size.data;
  throw new UserError(`--size ${text}: expected a whole number of pixels from 32 to 384`);
}
