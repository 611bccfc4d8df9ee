import { join } from 'node:path';
import type { Command } from 'commander';
import { DEVICES } from '../../../ml/config/schema.ts';
import { UserError } from '../../../ml/core/errors.ts';
import { NETWORKS, SCALES } from '../../../ml/superres/edsr.ts';
import { checkRunName } from '../../pipeline/run-folder.ts';
import type { FolderQuality, PictureOptions } from '../../pipeline/upscale.ts';
import { addCommand, type CommonOptions, commandLine, perform } from '../command.ts';
import { addSheetFlags, type SheetFlags, sheetOf, wholeNumber } from '../flags.ts';
import { INTERRUPTED, interruptible, stopped } from '../interrupt.ts';

export function addUpscale(upscale: Command): void {
  for (const add of [addRun, addFaces, addEvaluate, addTrain]) add(upscale);
}

interface ModelFlags extends CommonOptions {
  model?: string;
  scale?: number;
}

function addModelFlags(command: Command): Command {
  return command
    .option('--scale <factor>', `factor: ${SCALES.join(' or ')} (default: 4, or the model's)`, wholeNumber('--scale'))
    .option('--model <file>', 'edsr.onnx of your own training (default: the shipped one)');
}

function addRun(upscale: Command): void {
  const command = addCommand(upscale, 'run <paths...>', 'Upscales pictures to PNG files in a folder', {
    'photos --out large': 'every picture of a folder, four times as large',
    'photo.jpg --out large --model runs/2026-01-31-edsr-small-x2/edsr.onnx': 'one picture, with your own network',
    'photos --out large --resume': 'continues after an interruption',
  });
  addModelFlags(command)
    .requiredOption('--out <folder>', 'folder for the results')
    .option('--resume', 'skip pictures that exist')
    .option('--force', 'replace pictures that exist')
    .action((paths: string[], options: ModelFlags & PictureOptions) =>
      perform(options, async (reporter) => {
        const { chooseEdsr, upscalePictures } = await import('../../pipeline/upscale.ts');
        const model = await chooseEdsr(options);
        const { written, kept } = await upscalePictures(model, paths, options, reporter);
        const text = `${written.length} pictures written, ${kept.length} skipped: ${options.out}`;
        return { text, json: { written, kept } };
      }),
    );
}

interface FacesFlags extends ModelFlags, SheetFlags {
  data: string;
  cache?: string;
  skipBadRows?: boolean;
}

function addFaces(upscale: Command): void {
  const command = addCommand(upscale, 'faces', 'Upscales the faces of a data set into the cache', {
    '--data fer2013.csv': 'all of FER2013 from 48 to 192 pixels: 1.3 GB',
    '--data fer2013.csv --scale 2 --model runs/2026-01-31-edsr-small-x2/edsr.onnx': 'to 96 pixels',
    '--data fer2013.csv --sheet faces.png': 'also draws some of them, scaled in three ways',
  });
  addModelFlags(command)
    .requiredOption('--data <path>', 'fer2013.csv (also .gz), or a folder of train/ and test/')
    .option('--cache <folder>', 'folder of the cache (default: .cache)')
    .option('--skip-bad-rows', 'skip and count malformed rows instead of stopping at the first');
  addSheetFlags(command, 'also draw some faces, each scaled bilinearly, bicubically and by the network: a PNG')
    .addHelpText('after', '\nThe same command resumes after Ctrl-C.')
    .action(({ data: source, cache, skipBadRows, ...flags }: FacesFlags) =>
      perform(flags, async (reporter) => {
        const sheet = sheetOf(flags);
        const { chooseEdsr, upscaleDataset } = await import('../../pipeline/upscale.ts');
        const model = await chooseEdsr(flags);
        const { completed, path, key, upscaled, done } = await interruptible(reporter, (signal) =>
          upscaleDataset(model, { source, cache, skipBadRows }, reporter, signal, sheet),
        );
        const drawn = sheet ? `\nsome of them: ${sheet.path}` : '';
        const text = completed
          ? `${key.count} faces of ${key.size}×${key.size} pixels (${upscaled} upscaled now): ${path}${drawn}`
          : `stopped after ${done} of ${key.count} faces; the same command resumes`;
        return {
          text,
          json: { completed, path, ...key, upscaled, done, sheet: sheet?.path },
          exitCode: completed ? 0 : INTERRUPTED,
        };
      }),
    );
}

function addEvaluate(upscale: Command): void {
  const command = addCommand(
    upscale,
    'evaluate <folders...>',
    'Measures PSNR and SSIM on the luma, after downscaling the pictures',
    { 'Set5 Set14 BSDS500/val': 'the shipped network on the usual sets, compared with bicubic scaling' },
  );
  addModelFlags(command)
    .addHelpText(
      'after',
      "\nPictures are downscaled as MATLAB's imresize does (bicubic, 8 bits); a border as wide as the factor is ignored.",
    )
    .action((folders: string[], options: ModelFlags) =>
      perform(options, async (reporter) => {
        const { chooseEdsr, evaluateEdsr } = await import('../../pipeline/upscale.ts');
        const model = await chooseEdsr(options);
        const results = await evaluateEdsr(model, folders, reporter);
        return { text: tableOf(results), json: { edsr: model.edsr, sha256: model.sha256, results } };
      }),
    );
}

function tableOf(results: readonly FolderQuality[]): string {
  const width = Math.max(...results.map(({ folder }) => folder.length));
  const rows = results.map(({ folder, bicubic, edsr }) => {
    const cells = [bicubic, edsr].map(({ mean }) => `${mean.psnr.toFixed(2)} dB / ${mean.ssim.toFixed(4)}`);
    return `${folder.padEnd(width)}  ${String(edsr.pictures.length).padStart(4)}  ${cells.join('   ')}`;
  });
  return [`${''.padEnd(width)}   img  ${'bicubic'.padEnd(20)}EDSR`, ...rows].join('\n');
}

interface TrainFlags extends CommonOptions {
  verbose?: boolean;
  data?: string[];
  name?: string;
  resume?: string;
}

function addTrain(upscale: Command): void {
  addCommand(upscale, 'train', 'Trains an EDSR network on your own photos', {
    '--data BSDS500/train BSDS500/test': 'the small network for factor 4',
    '--data photos --scale 2 --network baseline': 'a large network, for a machine with many cores',
    '--resume runs/2026-01-31-edsr-small-x4': 'resumes a stopped run',
  })
    .option('--data <folders...>', 'folders of photos')
    .option('--scale <factor>', `factor: ${SCALES.join(' or ')} (default: 4)`, wholeNumber('--scale'))
    .option('--network <name>', `${Object.keys(NETWORKS).join(' or ')} (default: small)`)
    .option('--steps <n>', 'optimizer steps (default: 20000)', wholeNumber('--steps'))
    .option('--batch-size <n>', 'patches per step (default: 32)', wholeNumber('--batch-size'))
    .option('--patch <pixels>', 'side of a low-resolution patch (default: 24)', wholeNumber('--patch'))
    .option('--learning-rate <rate>', 'peak learning rate of the warm-up and cosine schedule (default: 0.001)', Number)
    .option('--seed <n>', 'random seed (default: 1)', wholeNumber('--seed'))
    .option('--device <name>', `what trains: ${DEVICES.join(', ')} (default: auto)`)
    .option('--skip-bad-photos', 'skip photos that are unreadable or smaller than a patch')
    .option('--name <name>', 'name of the run folder, after the date')
    .option('--resume <run>', 'resume a stopped run, with its own settings')
    .action(({ name, resume, json, quiet, verbose: _, ...flags }: TrainFlags) =>
      perform({ json, quiet }, async (reporter) => {
        const { parseSettings, runEdsr } = await import('../../pipeline/train-edsr.ts');
        const { formatQuality } = await import('../../../ml/superres/train.ts');
        if (resume === undefined && flags.data === undefined) {
          throw new UserError(
            '--data is missing; name folders of photos, for example --data BSDS500/train BSDS500/test',
          );
        }
        if (name !== undefined) checkRunName(name);
        const job = resume === undefined ? { settings: parseSettings(flags, 'upscale train'), name } : { resume };
        if (resume !== undefined && Object.keys(flags).length > 0) {
          throw new UserError(`a resumed run keeps its own settings; remove ${Object.keys(flags).join(', ')}`);
        }
        const { folder, result } = await interruptible(reporter, (signal) => runEdsr(job, reporter, signal));
        if (!result.completed) return stopped(['upscale', 'train'], folder, result.step);
        const model = join(folder, 'edsr.onnx');
        const next = commandLine('upscale', 'evaluate', 'FOLDER', '--model', model);
        const quality = `${formatQuality(result.quality)} on held-out photos (bicubic ${formatQuality(result.bicubic)})`;
        return { text: `${model}: ${quality}\nnext:\n  ${next}`, json: { ...result, run: folder, model } };
      }),
    );
}
