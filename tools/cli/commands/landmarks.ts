import type { Command } from 'commander';
import { addCommonFlags, type CommonOptions, perform } from '../command.ts';
import { addSheetFlags, type SheetFlags, sheetOf } from '../flags.ts';
import { INTERRUPTED, interruptible } from '../interrupt.ts';

interface Flags extends CommonOptions, SheetFlags {
  data: string;
  cache?: string;
  skipBadRows?: boolean;
}

export function addLandmarks(command: Command): void {
  addCommonFlags(command, {
    '--data fer2013.csv': 'all of FER2013, in a few minutes; training with landmarks then reads them from the cache',
    '--data CK+48 --sheet points.png': 'also draws the points into some faces',
  })
    .requiredOption(
      '--data <path>',
      'fer2013.csv (also .gz), a folder of train/ and test/, a folder of CK+, or "synthetic"',
    )
    .option('--cache <folder>', 'folder of the cache (default: .cache)')
    .option('--skip-bad-rows', 'skip and count malformed rows instead of stopping at the first');
  addSheetFlags(command, 'PNG file to write: random faces with their landmarks, and faces without any')
    .addHelpText('after', '\nThe same command resumes after Ctrl-C.')
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
        const done = `landmarks ${describeOutcomes(faces)}; ${searched} searched now, ${seconds} s: ${path}`;
        const text = [
          completed ? done : `stopped; ${done}\nthe same command resumes`,
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
