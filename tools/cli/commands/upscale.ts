import { join } from 'node:path';
import type { Command } from 'commander';
import { UserError } from '../../../ml/core/errors.ts';
import { NETWORKS, SCALES } from '../../../ml/superres/edsr.ts';
import { checkRunName } from '../../pipeline/run-folder.ts';
import type { FolderQuality, PictureOrder } from '../../pipeline/upscale.ts';
import { addCommand, type CommandResult, type CommonOptions, perform } from '../command.ts';
import { commandLine } from '../command-line.ts';
import { INTERRUPTED, interruptible } from '../interrupt.ts';
import { addSheetFlags, type SheetFlags, sheetOf } from '../sheet-flags.ts';
import { wholeNumber } from '../whole-number.ts';

export function addUpscale(upscale: Command): void {
  for (const add of [addRun, addFaces, addEvaluate, addTrain]) add(upscale);
}

interface ModelFlags extends CommonOptions {
  model?: string;
  scale?: number;
}

function addModelFlags(command: Command): Command {
  return command
    .option(
      '--scale <factor>',
      `how many times as large: ${SCALES.join(' or ')} (default: 4, or the model's)`,
      wholeNumber('--scale'),
    )
    .option('--model <file>', 'edsr.onnx of a training of yours; by default the shipped one');
}

function addRun(upscale: Command): void {
  const command = addCommand(upscale, 'run <paths...>', 'Makes pictures larger, as PNG files in a folder', {
    'photos --out large': 'every picture of a folder, four times as large',
    'photo.jpg --out large --model runs/2026-01-31-edsr-small-x2/edsr.onnx': 'one picture with a network of yours',
    'photos --out large --resume': 'goes on after an interruption',
  });
  addModelFlags(command)
    .requiredOption('--out <folder>', 'folder for the results')
    .option('--resume', 'pass over pictures that are there')
    .option('--force', 'replace pictures that are there')
    .action((paths: string[], options: ModelFlags & PictureOrder) =>
      perform(options, async (reporter) => {
        const { chooseEdsr, upscalePictures } = await import('../../pipeline/upscale.ts');
        const model = await chooseEdsr(options);
        const { written, kept } = await upscalePictures(model, paths, options, reporter);
        const text = `${written.length} pictures written, ${kept.length} were there: ${options.out}`;
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
  const command = addCommand(upscale, 'faces', 'Makes the faces of a data set larger, in a file of the cache', {
    '--data fer2013.csv': 'all of FER2013 from 48 to 192 pixels: 1.3 GB',
    '--data fer2013.csv --scale 2 --model runs/2026-01-31-edsr-small-x2/edsr.onnx': 'to 96 pixels',
    '--data fer2013.csv --sheet faces.png': 'and a picture of some of them, scaled in three ways',
  });
  addModelFlags(command)
    .requiredOption('--data <path>', 'fer2013.csv (also .gz), or a folder of train/ and test/')
    .option('--cache <folder>', 'folder of the cache (default: .cache)')
    .option('--skip-bad-rows', 'leave out and count malformed rows instead of stopping at the first');
  addSheetFlags(command, 'also draw some faces, each scaled bilinearly, bicubically and by the network: a PNG')
    .addHelpText('after', '\nStopped or killed, the same command goes on where it was.')
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
          ? `${key.count} faces of ${key.size}×${key.size} pixels (${upscaled} of them made now): ${path}${drawn}`
          : `stopped after ${done} of ${key.count} faces; the same command goes on`;
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
    'Measures PSNR and SSIM on the luma of pictures that are made small first',
    { 'Set5 Set14 BSDS500/val': 'the shipped network on the usual sets, beside bicubic scaling' },
  );
  addModelFlags(command)
    .addHelpText(
      'after',
      "\nSmall pictures are MATLAB's bicubic ones in 8 bits; a border of as many pixels as the factor is left out.",
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
  addCommand(upscale, 'train', 'Trains an EDSR network on photos of yours', {
    '--data BSDS500/train BSDS500/test': 'the small network for four times the size',
    '--data photos --scale 2 --network baseline': 'a large network, for a machine with many cores',
    '--resume runs/2026-01-31-edsr-small-x4': 'goes on with a run that was stopped',
  })
    .option('--data <folders...>', 'folders of photos')
    .option('--scale <factor>', `how many times as large: ${SCALES.join(' or ')} (default: 4)`, wholeNumber('--scale'))
    .option('--network <name>', `${Object.keys(NETWORKS).join(' or ')} (default: small)`)
    .option('--steps <n>', 'optimizer steps (default: 20000)', wholeNumber('--steps'))
    .option('--batch-size <n>', 'patches of a step (default: 32)', wholeNumber('--batch-size'))
    .option('--patch <pixels>', 'side of a small patch (default: 24)', wholeNumber('--patch'))
    .option('--learning-rate <rate>', 'peak of warm-up and cosine (default: 0.001)', Number)
    .option('--seed <n>', 'of everything random (default: 1)', wholeNumber('--seed'))
    .option('--skip-bad-photos', 'leave out photos that are unreadable or smaller than a patch')
    .option('--name <name>', 'name of the run folder, after the date')
    .option('--resume <run>', 'goes on with a run that was stopped, with its own settings')
    .action(({ name, resume, json, quiet, verbose: _, ...flags }: TrainFlags) =>
      perform({ json, quiet }, async (reporter) => {
        const { parseSettings, runEdsr } = await import('../../pipeline/train-edsr.ts');
        const { inWords } = await import('../../../ml/superres/train.ts');
        if (resume === undefined && flags.data === undefined) {
          throw new UserError(
            '--data is missing; name folders of photos, for example --data BSDS500/train BSDS500/test',
          );
        }
        if (name !== undefined) checkRunName(name);
        const order = resume === undefined ? { settings: parseSettings(flags, 'upscale train'), name } : { resume };
        if (resume !== undefined && Object.keys(flags).length > 0) {
          throw new UserError(`a resumed run keeps its own settings; leave out ${Object.keys(flags).join(', ')}`);
        }
        const { folder, result } = await interruptible(reporter, (signal) => runEdsr(order, reporter, signal));
        if (!result.completed) return stopped(folder, result.step);
        const model = join(folder, 'edsr.onnx');
        const next = commandLine('upscale', 'evaluate', 'FOLDER', '--model', model);
        const quality = `${inWords(result.quality)} on photos held out (bicubic ${inWords(result.bicubic)})`;
        return { text: `${model}: ${quality}\nnext:\n  ${next}`, json: { ...result, run: folder, model } };
      }),
    );
}

function stopped(folder: string, step: number): CommandResult {
  const resume = commandLine('upscale', 'train', '--resume', folder);
  return {
    text: `stopped at step ${step}; go on with:\n  ${resume}`,
    json: { completed: false, run: folder, step, resume },
    exitCode: INTERRUPTED,
  };
}
