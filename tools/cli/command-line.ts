import { relative } from 'node:path';

/** The command line that runs a command of this program from the current folder, quoted for a shell. */
export function commandLine(...words: string[]): string {
  return ['node', relative(process.cwd(), process.argv[1]), ...words].map(quoted).join(' ');
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
