import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startIn } from './program.ts';

const folder = mkdtempSync(join(tmpdir(), 'emotion-lens-launch-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('a folder that somebody else made', () => {
  const project = join(folder, 'stranger', 'project');
  const mark = join(folder, 'mark');
  beforeAll(() => {
    mkdirSync(project, { recursive: true });
    const packages = ['commander', 'picocolors'];
    const paths = Object.fromEntries(packages.map((name) => [name, ['./evil.ts']]));
    const classes = ['Command', 'CommanderError', 'InvalidArgumentError', 'Option'];
    const evil = [
      `import { writeFileSync } from 'node:fs';`,
      `writeFileSync(${JSON.stringify(mark)}, 'ran');`,
      ...classes.map((name) => `export class ${name} {}`),
      'export default {};',
    ].join('\n');
    for (const place of [project, join(folder, 'stranger')]) {
      writeFileSync(join(place, 'evil.ts'), evil);
      writeFileSync(join(place, 'tsconfig.json'), JSON.stringify({ compilerOptions: { baseUrl: '.', paths } }));
    }
    for (const name of packages) {
      mkdirSync(join(project, 'node_modules', name), { recursive: true });
      writeFileSync(join(project, 'node_modules', name, 'index.js'), evil);
    }
  });

  it.each([
    [['--help'], 0],
    [['doctor', '--json'], 0],
    [['check', 'missing.onnx'], 1],
    [['evaluate', '--help'], 0],
  ])('runs none of its code: %j', async (words, code) => {
    for (const place of [project, join(project, 'node_modules')]) {
      const ended = await startIn(place, ...words).ended;
      expect(existsSync(mark)).toBe(false);
      expect(ended.code).toBe(code);
    }
  });
});

describe('an installation', () => {
  // Characters that mean something else in an address.
  const root = join(folder, process.platform === 'win32' ? 'a #b%20 é日' : 'a #b?c%20 é日');
  const own = join(root, 'node_modules', '.cache', 'emotion-lens');
  const caches = join(folder, 'caches');
  const main = join(root, 'tools', 'main.ts');
  const program = (greeting: string) => `
    import { readFileSync } from 'node:fs';
    import pc from 'picocolors';
    import { z } from 'zod';
    import note from './note.json' with { type: 'json' };
    enum Kind { Later = 'later' }
    const { later } = await import("./later.ts");
    const asset = readFileSync(new URL('./asset.txt', import.meta.url), 'utf8');
    const said = [z.string().parse('${greeting}'), note.text, later(Kind.Later), asset, typeof pc.red];
    console.log([...said, ...process.argv.slice(2)].join(' '));`;

  beforeEach(() => {
    for (const place of [root, caches]) rmSync(place, { recursive: true, force: true });
    for (const place of ['ml/core', 'node_modules', 'tools']) mkdirSync(join(root, place), { recursive: true });
    for (const name of ['launch', 'run', 'user-cache']) {
      const file = `ml/core/${name}.mjs`;
      cpSync(file, join(root, file));
    }
    cpSync('package.json', join(root, 'package.json'));
    for (const name of ['esbuild', 'picocolors', 'zod'])
      symlinkSync(resolve('node_modules', name), join(root, 'node_modules', name), 'junction');
    writeFileSync(main, program('hello'));
    writeFileSync(join(root, 'tools', 'later.ts'), 'export const later = (text: string): string => text;\n');
    writeFileSync(join(root, 'tools', 'note.json'), '{ "text": "note" }');
    writeFileSync(join(root, 'tools', 'asset.txt'), 'asset');
  });

  const start = () =>
    spawnSync(process.execPath, [join(root, 'ml/core/run.mjs'), main, 'word'], {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, XDG_CACHE_HOME: caches, LOCALAPPDATA: caches, HOME: folder },
    });
  const says = (greeting: string) =>
    expect(start()).toMatchObject({ stderr: '', stdout: `${greeting} note later asset function word\n`, status: 0 });
  const namesIn = (place: string, end: string) => readdirSync(place).filter((name) => name.endsWith(end));

  it('compiles a program once, into its own folder', () => {
    says('hello');
    const written = () => readdirSync(own).map((name) => [name, statSync(join(own, name)).mtimeMs]);
    const before = written();
    says('hello');
    expect(written()).toEqual(before);
    expect(existsSync(caches)).toBe(false);
  });

  it('never runs what was compiled of another source', () => {
    says('hello');
    const { atime, mtime } = statSync(main);
    writeFileSync(main, program('howdy'));
    utimesSync(main, atime, mtime);
    says('howdy');
    writeFileSync(join(root, 'tools', 'later.ts'), "export const later = () => 'later!';\n");
    expect(start().stdout).toBe('howdy note later! asset function word\n');
  });

  it.each([
    ['a module cut short', '.mjs', (path: string) => truncateSync(path, 10)],
    ['a module missing', '.mjs', (path: string) => rmSync(path)],
    ['a record cut short', '.json', (path: string) => truncateSync(path, 10)],
    ['a record of something else', '.json', (path: string) => writeFileSync(path, '[]')],
  ])('mends %s', (_, end, damage) => {
    says('hello');
    for (const name of namesIn(own, end)) damage(join(own, name));
    says('hello');
  });

  it('does not compile sources again that were written again', () => {
    says('hello');
    const [record] = namesIn(own, '.json').map((name) => join(own, name));
    const modules = () => namesIn(own, '.mjs').map((name) => statSync(join(own, name)).ino);
    const [before, inodes] = [JSON.parse(readFileSync(record, 'utf8')), modules()];
    writeFileSync(main, program('hello'));
    says('hello');
    const after = JSON.parse(readFileSync(record, 'utf8'));
    expect(after.stamps).not.toEqual(before.stamps);
    expect(after).toEqual({ ...before, stamps: after.stamps, time: after.time });
    expect(modules()).toEqual(inodes);
  });

  it('mends modules of which a crash of the system kept only the sizes', () => {
    says('hello');
    const [record] = namesIn(own, '.json').map((name) => join(own, name));
    writeFileSync(record, JSON.stringify({ ...JSON.parse(readFileSync(record, 'utf8')), time: 0 }));
    for (const name of namesIn(own, '.mjs'))
      writeFileSync(join(own, name), Buffer.alloc(statSync(join(own, name)).size));
    says('hello');
  });

  it('keeps programs in the cache of the user where it cannot be written', () => {
    writeFileSync(join(root, 'node_modules', '.cache'), 'no folder');
    says('hello');
    const place = join(caches, 'emotion-lens');
    expect(namesIn(place, '.json')).toHaveLength(1);
    if (process.platform === 'win32') return;
    expect(statSync(place).mode & 0o777).toBe(0o700);

    // Whoever can write there could have left a program for us.
    const [module] = namesIn(place, '.mjs').filter((name) => name.startsWith('main-'));
    const evil = readFileSync(join(place, module), 'utf8').replace('hello', 'wrong');
    writeFileSync(join(place, module), evil);
    expect(start().stdout).toMatch(/^wrong/);
    chmodSync(place, 0o777);
    expect(start()).toMatchObject({ status: 1, stdout: '', stderr: expect.stringMatching(/^error: .*XDG_CACHE_HOME/) });
  });

  it('may be started twice at the same time for the first time', async () => {
    const runs = Array.from({ length: 4 }, async () => {
      const child = spawn(process.execPath, [join(root, 'ml/core/run.mjs'), main, 'word'], { cwd: folder });
      let said = '';
      child.stdout.on('data', (data) => {
        said += data;
      });
      await once(child, 'close');
      return said;
    });
    expect(await Promise.all(runs)).toEqual(Array(4).fill('hello note later asset function word\n'));
    expect(namesIn(own, '.tmp')).toEqual([]);
  });

  it('forgets what no program needs any more', () => {
    says('hello');
    const old = join(own, 'old.mjs');
    writeFileSync(old, '');
    writeFileSync(main, program('howdy'));
    says('howdy');
    expect(existsSync(old)).toBe(true);
    utimesSync(old, 0, 0);
    writeFileSync(main, program('hullo'));
    says('hullo');
    expect(existsSync(old)).toBe(false);
  });
});
