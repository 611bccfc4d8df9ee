import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';

const PROGRAM = resolve('tools/cli/bin.mjs');
const folder = mkdtempSync(join(tmpdir(), 'emotion-lens-terminal-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Clears a terminal, sets its title and turns text round. */
const HOSTILE = 'x\u001b[2J\u001b]0;title\u0007\u009b31m\u202e';
const SHOWN = '\\u009b31m\\u202e';

const run = (words: readonly string[], stdout: 'pipe' | number = 'pipe') =>
  spawnSync(process.execPath, [PROGRAM, ...words], {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['ignore', stdout, 'pipe'],
    env: { ...process.env, FORCE_COLOR: '1' },
  });

describe('what somebody else named', () => {
  writeFileSync(join(folder, 'run.yaml'), `? [${JSON.stringify(HOSTILE)}]\n: 1\n`);
  if (process.platform !== 'win32') mkdirSync(join(folder, HOSTILE));

  it.each([
    [['check', `${HOSTILE}.onnx`]],
    [['check', `${HOSTILE}.onnx`, '--json']],
    [['check', `${HOSTILE}.onnx`, '--verbose']],
    [['check', `--${HOSTILE}`]],
    [[HOSTILE]],
    [['lens', 'validate', HOSTILE]],
    [['train', '--config', 'run.yaml']],
    [['train', '--set', `train.epochs=${HOSTILE}`]],
  ])('is shown, not obeyed: %j', (words) => {
    const { status, stdout, stderr } = run(words);
    expect(status).toBe(1);
    expect(stdout + stderr).toContain(SHOWN);
    expect(stdout + stderr).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
  });

  it('leaves our own colours', () => {
    expect(run(['doctor']).stdout).toContain('\u001b[32mok\u001b[39m   node ');
  });
});

describe.skipIf(!existsSync('/dev/full'))('a full disk behind standard output', () => {
  it.each([
    [['--help']],
    [['doctor']],
    [['doctor', '--json']],
    [['check', 'missing.onnx', '--json']],
  ])('%j', (words) => {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = run(words, full);
    closeSync(full);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error: cannot write the result to standard output: the disk is full;/m);
  });
});
