import { join } from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../../../ml/core/errors.ts';
import { intoFolder, MODEL_FILE, openRun, type Run } from '../../pipeline/run-folder.ts';
import { addCommonFlags, perform } from '../command.ts';
import { refuseOverwrite } from '../flags.ts';

interface Options {
  head?: string;
  out: string;
  force?: boolean;
}

export function addExport(command: Command): void {
  addCommonFlags(command, {
    'runs/2026-01-31-fer2013-96 --head votes --out lens': 'the head that learned the FER+ votes',
  })
    .option('--head <head>', 'original, votes, majority or blended; needed if the run has several')
    .requiredOption('--out <folder>', 'folder for the files')
    .option('--force', 'replace files that exist')
    .action((folder: string, { head: wanted, out, force, ...options }: Options) =>
      perform(options, async () => {
        const { copyForms, describeHead, exportHead, MODEL_JSON } = await import('../../pipeline/export-head.ts');
        const { INT8_ONNX, INT8_TFLITE } = await import('../../../ml/export/export-model.ts');
        const run = await openRun(folder);
        const head = chooseHead(run, wanted);
        refuseOverwrite(
          [MODEL_FILE, INT8_ONNX, INT8_TFLITE, MODEL_JSON].map((name) => join(out, name)),
          force,
        );
        return intoFolder(out, 'export', async () => {
          const exported = await exportHead(run, head, out);
          const copied = await copyForms(run, exported, out);
          const description =
            copied?.description ?? (await describeHead(run, exported, [{ file: exported.file, metrics: [] }]));
          const { path, bytes, sha256 } = exported.file;
          const files = [{ path, bytes, sha256 }, ...(copied?.files ?? [])];
          return {
            text: [
              ...files.map((file) => `${file.path} (${(file.bytes / 1e6).toFixed(2)} MB, SHA-256 ${file.sha256})`),
              description,
            ].join('\n'),
            json: { head, model: path, bytes, sha256, files, description },
          };
        });
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
