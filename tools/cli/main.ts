import { Command, CommanderError } from 'commander';
import { messageOf, printable, UserError } from '../../ml/core/errors.ts';
import { fileError } from '../../ml/core/files.ts';
import project from '../../package.json' with { type: 'json' };
import { jsonOf } from './command.ts';
import { COMMANDS } from './commands.ts';

/** Exit code of an error that is not the user's, EX_SOFTWARE of sysexits.h. */
const UNEXPECTED = 70;

const program = new Command('emotion-lens')
  .description(project.description)
  .version(project.version)
  .exitOverride()
  .configureOutput({
    writeOut: (text) => process.stdout.write(printable(text)),
    writeErr: (text) => process.stderr.write(printable(text)),
  })
  .showHelpAfterError('(add --help for options and examples)');
for (const [usage, { about, load }] of Object.entries(COMMANDS)) {
  const command = program.command(usage).description(about);
  if (process.argv.includes(command.name())) (await load())(command);
}

process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // A reader that has seen enough, such as `head`, closes the pipe.
  if (error.code === 'EPIPE') process.exit(0);
  process.stderr.write(`error: ${fileError('write', 'the result to standard output', error).message}\n`);
  process.exit(1);
});
// Nobody can read the message.
process.stderr.on('error', () => {});
process
  .removeAllListeners('warning')
  .on('warning', ({ name, message }) => process.stderr.write(printable(`${name}: ${message}\n`)));
process.on('uncaughtException', (thrown) => process.exit(report(thrown)));

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
  if (process.argv.includes('--json')) process.stdout.write(jsonOf({ error: message }));
  if (thrown instanceof CommanderError) return thrown.exitCode;
  process.stderr.write(printable(`error: ${message}\n`));
  if (verbose) process.stderr.write(printable(`${thrown instanceof Error ? thrown.stack : String(thrown)}\n`));
  if (thrown instanceof UserError) return 1;
  if (!verbose) process.stderr.write('this is a bug; run again with --verbose for details\n');
  return UNEXPECTED;
}
