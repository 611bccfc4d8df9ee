import type { Command } from 'commander';
import pc from 'picocolors';
import { type Check, diagnose, fer2013Arguments } from '../../pipeline/diagnose.ts';
import { addCommonFlags, commandLine, perform } from '../command.ts';

const COLOURS = { ok: pc.green, warn: pc.yellow, fail: pc.red };

export function addDoctor(command: Command): void {
  addCommonFlags(command, {
    '': 'exits with 0 unless training cannot run',
  }).action((options) =>
    perform(options, async () => {
      const { checks, data } = await diagnose();
      const ready = checks.every(({ status }) => status !== 'fail');
      const train = commandLine('build', ...(data.faces.length > 0 ? fer2013Arguments(data) : []));
      const isPartial = data.faces.length > 0 && [data.votes, data.weights].some((paths) => paths.length === 0);
      const toTrain = isPartial ? 'to train, once the missing files are there, run' : 'to train, run';
      const verdict = ready ? `ready; ${toTrain}:\n  ${train}` : 'training cannot run on this machine yet';
      return {
        text: [...checks.map(describe), '', verdict].join('\n'),
        paint: (text) => text.replace(/^(ok|warn|fail)\b/gm, (mark) => COLOURS[mark as Check['status']](mark)),
        json: { ready, checks, data, ...(ready && { train }) },
        exitCode: ready ? 0 : 1,
      };
    }),
  );
}

function describe({ name, status, found, fix }: Check): string {
  const line = `${status.padEnd(4)} ${name.padEnd(12)} ${found}`;
  return fix === undefined ? line : `${line}\n${' '.repeat(18)}${fix}`;
}
