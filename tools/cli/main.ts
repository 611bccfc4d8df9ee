import { Command, CommanderError } from 'commander';
import { messageOf, UserError } from '../../ml/core/errors.ts';
import project from '../../package.json' with { type: 'json' };
import { COMMANDS } from './commands.ts';

/** Exit code of an error that is none of the user's, EX_SOFTWARE of sysexits.h. */
const UNEXPECTED = 70;

const program = new Command('emotion-lens')
  .description(project.description)
  .version(project.version)
  .exitOverride()
  .showHelpAfterError('(add --help for the flags and examples)');
for (const [usage, { about, load }] of Object.entries(COMMANDS)) {
  const command = program.command(usage).description(about);
  if (process.argv.includes(command.name())) (await load())(command);
}

// A reader that has seen enough, such as `head`, closes the pipe.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : UNEXPECTED));

try {
  await program.parseAsync();
} catch (thrown) {
  process.exitCode = report(thrown);
}

/** Prints an error as the flags ask for; returns the exit code. */
function report(thrown: unknown): number {
  // Commander has printed its own message, or the help.
  if (thrown instanceof CommanderError && thrown.exitCode === 0) return 0;
  const verbose = process.argv.includes('--verbose');
  const message = messageOf(thrown).replace(/^error: /, '');
  if (process.argv.includes('--json')) process.stdout.write(`${JSON.stringify({ error: message }, null, 2)}\n`);
  if (thrown instanceof CommanderError) return thrown.exitCode;
  process.stderr.write(`error: ${message}\n`);
  if (verbose) process.stderr.write(`${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
  if (thrown instanceof UserError) return 1;
  if (!verbose) process.stderr.write('this is a fault of the program; run again with --verbose for the details\n');
  return UNEXPECTED;
}
