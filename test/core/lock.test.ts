import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { UserError } from '../../ml/core/errors.ts';
import { withLock } from '../../ml/core/lock.ts';
import { markOfThisProcess, programArguments } from '../../ml/core/processes.ts';

const root = mkdtempSync(join(tmpdir(), 'lock-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const newFolder = () => mkdtempSync(join(root, 'folder-'));

const SCRIPT = new URL('hold-lock.ts', import.meta.url);

/** Starts a process at the lock of a folder; gives what it says first. */
async function start(folder: string, ...mode: string[]) {
  const child = spawn(process.execPath, [...programArguments(SCRIPT), folder, ...mode]);
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal }));
  const said = mode.length > 0 ? '' : String((await once(child.stdout, 'data'))[0]);
  return { child, said, ended };
}

const LATE = '.emotion-lens-4194399-0123456789abcdef.lock';
const mark = (of: object) =>
  JSON.stringify({ ...markOfThisProcess(), host: hostname(), what: 'w', command: 'c', ...of });
const work = async () => 'done';

describe('the lock of a folder', () => {
  it('gives what the work gives, and leaves nothing in the folder', async () => {
    const folder = newFolder();
    expect(await withLock(folder, 'testing', async () => readdirSync(folder).length)).toBe(1);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('of a folder that is not there is an error, and makes none', async () => {
    const folder = join(newFolder(), 'none');
    await expect(withLock(folder, 'testing', work)).rejects.toThrow(/cannot write .*none: it does not exist/);
    expect(existsSync(folder)).toBe(false);
  });

  it('is free after work that failed', async () => {
    const folder = newFolder();
    const failing = withLock(folder, 'testing', () => Promise.reject(new Error('broken')));
    await expect(failing).rejects.toThrow('broken');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is refused to a second process, with the number and the command of the first', async () => {
    const folder = newFolder();
    const first = await start(folder);
    expect(first.said).toBe('held\n');
    const second = await start(folder);
    expect(second.said).toContain(`${folder} is in use by process ${first.child.pid} since 2`);
    expect(second.said).toContain('holding: emotion-lens ');
    expect(await second.ended).toEqual({ code: 1, signal: null });
    await expect(withLock(folder, 'testing', work)).rejects.toThrow(UserError);
    first.child.kill('SIGKILL');
    await first.ended;
    expect(await withLock(folder, 'testing', work)).toBe('done');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is refused inside the same process too', async () => {
    const folder = newFolder();
    await withLock(folder, 'testing', async () => {
      await expect(withLock(folder, 'again', work)).rejects.toThrow(`by process ${process.pid} since`);
      expect(readdirSync(folder)).toHaveLength(1);
    });
  });

  it.skipIf(process.platform === 'win32').each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
    'of a process that ended by %s keeps nobody out',
    async (signal) => {
      const folder = newFolder();
      const { child, ended } = await start(folder);
      child.kill(signal);
      expect(await ended).toEqual({ code: null, signal });
      expect(await withLock(folder, 'testing', work)).toBe('done');
      expect(readdirSync(folder)).toEqual([]);
    },
  );

  it('has one process at a time when many come at once and wait', async () => {
    const folder = newFolder();
    const processes = await Promise.all(Array.from({ length: 4 }, () => start(folder, 'count', 'log')));
    for (const { ended } of processes) expect(await ended).toEqual({ code: 0, signal: null });
    expect(readFileSync(join(folder, 'log'), 'utf8')).toBe('in\nout\n'.repeat(4));
    expect(readdirSync(folder)).toEqual(['log']);
  });

  it('goes to one of those that come at once and do not wait', async () => {
    const folder = newFolder();
    let running = 0;
    const tries = Array.from({ length: 5 }, () =>
      withLock(folder, 'testing', async () => {
        expect(++running).toBe(1);
        await new Promise((done) => setTimeout(done, 2500));
        running--;
      }),
    );
    const outcomes = await Promise.allSettled(tries);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('waits for another, says so once, and does the work then', async () => {
    const folder = newFolder();
    const first = await start(folder);
    const notes: string[] = [];
    const waiting = withLock(folder, 'testing', work, {
      onWait(message) {
        notes.push(message);
        setTimeout(() => first.child.kill('SIGKILL'), 600);
      },
    });
    expect(await waiting).toBe('done');
    expect(notes).toHaveLength(1);
    expect(notes[0]).toContain(`process ${first.child.pid}`);
  });

  it('ends its waiting with the signal, and says how to mend a lock of another machine', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, LATE), mark({ pid: 4194399, host: 'elsewhere' }));
    const controller = new AbortController();
    const notes: string[] = [];
    const onWait = (message: string) => {
      notes.push(message);
      controller.abort();
    };
    const waiting = withLock(folder, 'testing', work, { onWait, signal: controller.signal });
    await expect(waiting).rejects.toThrow('aborted');
    expect(notes[0]).toMatch(
      /process 4194399 on elsewhere \(if that computer is gone, delete .*\.emotion-lens-\*\.lock\)/,
    );
    expect(readdirSync(folder)).toEqual([LATE]);
  });

  it('of one scope does not keep out work of another', async () => {
    const folder = newFolder();
    await withLock(
      folder,
      'testing',
      async () => {
        await expect(withLock(folder, 'testing', work, { scope: 'faces' })).rejects.toThrow('is in use');
        expect(await withLock(folder, 'testing', work, { scope: 'landmarks' })).toBe('done');
        expect(await withLock(folder, 'testing', work)).toBe('done');
      },
      { scope: 'faces' },
    );
  });

  it('that is optional is done without where no file can be written', async () => {
    const file = join(newFolder(), 'file');
    writeFileSync(file, '');
    expect(await withLock(join(file, 'cache'), 'testing', work, { optional: true })).toBe('done');
    const failing = () => Promise.reject(new UserError('of the work'));
    await expect(withLock(newFolder(), 'testing', failing, { optional: true })).rejects.toThrow('of the work');
  });
});

describe('a lock that is left over', () => {
  const own = `.emotion-lens-${process.pid}-0123456789abcdef.lock`;

  it.each([
    ['of a process that is gone', LATE, mark({ pid: 4194399 })],
    ['of a process that is gone, and empty', LATE, ''],
    ['of a process that is gone, and no JSON', LATE, '{'],
    ['of a process that had the number of this one', own, mark({})],
    ['of such a process, and empty', own, ''],
  ])('%s is removed', async (_, name, content) => {
    const folder = newFolder();
    writeFileSync(join(folder, name), content);
    expect(await withLock(folder, 'testing', work)).toBe('done');
    expect(readdirSync(folder)).toEqual([]);
  });

  it.runIf(process.platform === 'linux')('of a process whose number another one has is removed', async () => {
    const folder = newFolder();
    const name = `.emotion-lens-${process.ppid}-0123456789abcdef.lock`;
    writeFileSync(join(folder, name), mark({ pid: process.ppid }));
    expect(await withLock(folder, 'testing', work)).toBe('done');
    expect(readdirSync(folder)).toEqual([]);
  });

  it.runIf(process.platform === 'linux')(
    'of a process that was killed and never asked for by its parent is removed',
    async () => {
      const folder = newFolder();
      // The shell starts a process, becomes one that asks for no children, and so leaves it as a zombie.
      const shell = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60']);
      const pid = Number(String((await once(shell.stdout, 'data'))[0]));
      await vi.waitFor(() => expect(readFileSync(`/proc/${pid}/stat`, 'latin1')).toContain(') Z '), 20_000);
      writeFileSync(join(folder, `.emotion-lens-${pid}-0123456789abcdef.lock`), '');
      expect(await withLock(folder, 'testing', work)).toBe('done');
      expect(readdirSync(folder)).toEqual([]);
      shell.kill();
    },
  );

  it('of before the start of the machine is removed', async () => {
    const folder = newFolder();
    writeFileSync(
      join(folder, `.emotion-lens-${process.ppid}-0123456789abcdef.lock`),
      mark({ pid: process.ppid, since: 1e12, start: '' }),
    );
    expect(await withLock(folder, 'testing', work)).toBe('done');
  });

  it.each([
    ['of a process that runs', mark({ pid: process.ppid, start: '' })],
    ['that a process is just writing', ''],
    ['that anybody made, too long to be one of ours', ' '.repeat(10_000)],
  ])('%s stays, and keeps others out', async (_, content) => {
    const folder = newFolder();
    const name = `.emotion-lens-${process.ppid}-0123456789abcdef.lock`;
    writeFileSync(join(folder, name), content);
    await expect(withLock(folder, 'testing', work)).rejects.toThrow(`process ${process.ppid} since`);
    expect(readdirSync(folder)).toEqual([name]);
  });
});

describe('temporary files', () => {
  it('of processes that are gone are removed by the next lock there; nothing else is', async () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'model'));
    mkdirSync(join(folder, 'page.4194399-01234567.tmp'));
    const kept = [
      'other.tmp',
      `mine.${process.pid}-01234567.tmp`,
      `theirs.${process.ppid}-01234567.tmp`,
      'a.4194399.tmp',
    ];
    const gone = ['checkpoint.4194399-01234567.tmp', 'model/emotion.onnx.4194399-89abcdef.tmp'];
    for (const name of [...kept, ...gone, 'page.4194399-01234567.tmp/index.html'])
      writeFileSync(join(folder, name), '');
    await withLock(folder, 'testing', work);
    expect(readdirSync(folder).sort()).toEqual([...kept, 'model'].sort());
    expect(readdirSync(join(folder, 'model'))).toEqual([]);
  });
});
