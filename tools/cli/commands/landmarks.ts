import type { Command } from 'commander';
import { UserError } from '../../../ml/core/errors.ts';
import { addCommand, type CommonOptions, perform } from '../command.ts';
import { INTERRUPTED, interruptible } from '../interrupt.ts';
import { refuseOverwrite } from '../overwrite.ts';
import { wholeNumber } from '../whole-number.ts';

interface Flags extends CommonOptions {
  data: string;
  cache?: string;
  skipBadRows?: boolean;
  sheet?: string;
  seed?: number;
  force?: boolean;
}

export function addLandmarks(program: Command): void {
  addCommand(program, 'landmarks', 'Finds 68 points in each face of a data set, into the cache', {
    '--data fer2013.csv': 'all of FER2013, in some minutes; trainings with landmarks then take them from the cache',
    '--data CK+48 --sheet points.png': 'and draws the points into faces, to look at',
  })
    .requiredOption(
      '--data <path>',
      'fer2013.csv (also .gz), a folder of train/ and test/, a folder of CK+, or "synthetic"',
    )
    .option('--cache <folder>', 'folder of the cache (default: .cache)')
    .option('--skip-bad-rows', 'leave out and count malformed rows instead of stopping at the first')
    .option('--sheet <file>', 'PNG file to write: faces drawn at random with their points, and faces without')
    .option('--seed <n>', 'with --sheet: draws which faces are shown (default: 1)', wholeNumber('--seed'))
    .option('--force', 'replace a sheet that exists')
    .addHelpText('after', '\nStopped or killed, the same command goes on where it was.')
    .action(({ data: source, cache, skipBadRows, sheet, seed, force, ...options }: Flags) =>
      perform(options, async (reporter) => {
        if (sheet === undefined && (seed !== undefined || force))
          throw new UserError('--seed and --force go with --sheet; add it');
        if (sheet !== undefined) refuseOverwrite([sheet], force);
        const { landmarksOfDataset } = await import('../../pipeline/landmarks.ts');
        const { countOutcomes, describeOutcomes } = await import('../../../ml/landmarks/extract.ts');
        const order = {
          source,
          cache,
          skipBadRows,
          ...(sheet !== undefined && { sheet: { path: sheet, seed: seed ?? 1 } }),
        };
        const begin = performance.now();
        const { completed, faces, searched, path } = await interruptible(reporter, (signal) =>
          landmarksOfDataset(order, reporter, signal),
        );
        const seconds = Number(((performance.now() - begin) / 1000).toFixed(1));
        const done = `landmarks ${describeOutcomes(faces)}; ${searched} looked at now, ${seconds} s: ${path}`;
        const text = [
          completed ? done : `stopped; ${done}\nthe same command goes on`,
          ...(completed && sheet ? [sheet] : []),
        ];
        return {
          text: text.join('\n'),
          json: { completed, faces: faces.length, outcomes: countOutcomes(faces), searched, seconds, path, sheet },
          exitCode: completed ? 0 : INTERRUPTED,
        };
      }),
    );
}
