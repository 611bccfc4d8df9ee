import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../../../ml/core/errors.ts';
import { MODEL_FILE, modelFolder, openRun, type Run } from '../../pipeline/run-folder.ts';
import { addCommand, perform } from '../command.ts';
import { refuseOverwrite } from '../overwrite.ts';

interface Options {
  head?: string;
  out: string;
  force?: boolean;
}

export function addExport(program: Command): void {
  addCommand(program, 'export <run>', 'Writes the best network of a run as emotion.onnx with its model.json', {
    'runs/2026-01-31-fer2013-96 --head votes --out lens': 'the head that learned the FER+ votes',
  })
    .option('--head <head>', 'original, votes or majority; needed if the run has several')
    .requiredOption('--out <folder>', 'folder for the two files')
    .option('--force', 'replace files that exist')
    .action((folder: string, { head: wanted, out, force, ...options }: Options) =>
      perform(options, async () => {
        const { describeHead, exportHead, MODEL_JSON } = await import('../../pipeline/export-head.ts');
        const run = await openRun(folder);
        const head = chooseHead(run, wanted);
        refuseOverwrite([join(out, MODEL_FILE), join(out, MODEL_JSON)], force);
        const exported = await exportHead(run, head, out);
        const description = await describeHead(run, exported, await knownMetrics(run, head, exported.file.sha256));
        const { path, bytes, sha256 } = exported.file;
        return {
          text: `${path} (${(bytes / 1e6).toFixed(2)} MB, SHA-256 ${sha256})\n${description}`,
          json: { head, model: path, bytes, sha256, description },
        };
      }),
    );
}

function chooseHead({ config, folder }: Run, wanted: string | undefined): string {
  const heads = config.train.targets;
  const head = wanted === undefined && heads.length === 1 ? heads[0] : heads.find((kind) => kind === wanted);
  if (head !== undefined) return head;
  throw new UserError(
    `${folder} has the heads ${heads.join(', ')}; ${wanted ? `--head is ${wanted}` : 'choose one with --head'}`,
  );
}

/** What was measured of the very same model when the run was built. */
async function knownMetrics(run: Run, head: string, sha256: string) {
  const { MODEL_JSON } = await import('../../pipeline/export-head.ts');
  const { readModelJson } = await import('../../../ml/export/model-json.ts');
  const path = join(modelFolder(run, head), MODEL_JSON);
  if (!existsSync(path)) return [];
  const { files, metrics } = await readModelJson(path);
  return files.some((file) => file.sha256 === sha256) ? metrics : [];
}
