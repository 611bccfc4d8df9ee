import type { Command } from 'commander';
import { addCommonFlags, type CommonOptions, perform } from '../command.ts';
import { INTERRUPTED, interruptible } from '../interrupt.ts';
import { addSheetFlags, type SheetFlags, sheetOf } from '../sheet-flags.ts';

interface Flags extends CommonOptions, SheetFlags {
  data: string;
  cache?: string;
  skipBadRows?: boolean;
}

export function addLandmarks(command: Command): void {
  addCommonFlags(command, {
    '--data fer2013.csv': 'all of FER2013, in some minutes; trainings with landmarks then take them from the cache',
    '--data CK+48 --sheet points.png': 'and draws the points into faces, to look at',
  })
    .requiredOption(
      '--data <path>',
      'fer2013.csv (also .gz), a folder of train/ and test/, a folder of CK+, or "synthetic"',
    )
    .option('--cache <folder>', 'folder of the cache (default: .cache)')
    .option('--skip-bad-rows', 'leave out and count malformed rows instead of stopping at the first');
  addSheetFlags(command, 'PNG file to write: faces drawn at random with their points, and faces without')
    .addHelpText('after', '\nStopped or killed, the same command goes on where it was.')
    .action(({ data: source, cache, skipBadRows, ...flags }: Flags) =>
      perform(flags, async (reporter) => {
        const sheet = sheetOf(flags);
        const { landmarksOfDataset } = await import('../../pipeline/landmarks.ts');
        const { countOutcomes, describeOutcomes } = await import('../../../ml/faces/landmarks/extract.ts');
        const begin = performance.now();
        const { completed, faces, searched, path } = await interruptible(reporter, (signal) =>
          landmarksOfDataset({ source, cache, skipBadRows, sheet }, reporter, signal),
        );
        const seconds = Number(((performance.now() - begin) / 1000).toFixed(1));
        const done = `landmarks ${describeOutcomes(faces)}; ${searched} looked at now, ${seconds} s: ${path}`;
        const text = [
          completed ? done : `stopped; ${done}\nthe same command goes on`,
          ...(completed && sheet ? [sheet.path] : []),
        ];
        return {
          text: text.join('\n'),
          json: {
            completed,
            faces: faces.length,
            outcomes: countOutcomes(faces),
            searched,
            seconds,
            path,
            sheet: sheet?.path,
          },
          exitCode: completed ? 0 : INTERRUPTED,
        };
      }),
    );
}
