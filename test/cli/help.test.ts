import { Command } from 'commander';
import { expect, it } from 'vitest';
import { COMMANDS } from '../../tools/cli/commands.ts';

it.each(Object.entries(COMMANDS))('%s has help with examples', async (usage, { about, load }) => {
  let help = '';
  const command = new Command('emotion-lens')
    .command(usage)
    .description(about)
    .configureOutput({
      writeOut: (text) => {
        help += text;
      },
    });
  (await load())(command);
  // Of a group each command has its own.
  const [one = command] = command.commands;
  one.copyInheritedSettings(command);
  one.outputHelp();
  expect(help).toMatch(new RegExp(`Examples:\n {2}\\$ emotion-lens ${command.name()}`));
});
