import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { UserError } from '../../ml/core/errors.ts';
import { landmarkModel } from '../../ml/faces/networks/models.ts';
import { SHIPPED_LENS } from '../../tools/lens-build/shipped.ts';
import { buildPreview } from '../../tools/preview/server/build.ts';
import { servePreview } from '../../tools/preview/server/serve.ts';
import { HAPPY, SeededProject } from '../lens-validate/faults/seeded-project.ts';

/** A disk that has room for so many files. */
const failing = vi.hoisted(() => ({ after: Number.POSITIVE_INFINITY }));
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const writeFile: typeof real.writeFile = async (...args) => {
    if (failing.after-- <= 0) throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' });
    return real.writeFile(...args);
  };
  return { ...real, writeFile };
});

const folder = mkdtempSync(join(tmpdir(), 'preview-'));
const out = join(folder, 'site');
const assets = join(out, 'assets');
const project = new SeededProject();
/** A network, but not that of the lens. */
const LANDMARKS = join(folder, 'landmarks.onnx');
writeFileSync(LANDMARKS, await landmarkModel());
beforeAll(() => buildPreview({ project: SHIPPED_LENS, out }), 120_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
  project.delete();
});

const html = () => readFileSync(join(out, 'index.html'), 'utf8');
const sizeOf = (path: string) => statSync(join(out, path)).size;

describe('the built page', () => {
  it('is painted first from less than 500 kB, and has less than 25 MB in all', () => {
    const first = [...html().matchAll(/(?:src|href)="\.\/([^"]*)"/g)].map(([, path]) => path);
    expect(first.filter((path) => path.endsWith('.js'))).toHaveLength(1);
    expect(['index.html', ...first].reduce((sum, path) => sum + sizeOf(path), 0)).toBeLessThan(500_000);
    const all = readdirSync(assets).reduce((sum, name) => sum + sizeOf(`assets/${name}`), 0);
    expect(all).toBeLessThan(25e6);
  });

  it('has one WebAssembly, the model, the networks and the sounds as files of their own', () => {
    const names = readdirSync(assets);
    expect(names.filter((name) => name.endsWith('.wasm'))).toHaveLength(1);
    expect(names.filter((name) => name.endsWith('.onnx')).map((name) => name.split('-')[0])).toEqual([
      'detector',
      'emotion.int8',
      'landmarks',
    ]);
    expect(names.filter((name) => name.endsWith('.wav'))).toHaveLength(7);
  });

  it('can lie at any address, and lets nothing in from elsewhere', () => {
    const text = html();
    expect(text).not.toMatch(/(?:src|href)="(?!\.\/)/);
    expect(text).toContain('default-src &#39;none&#39;');
    expect(text).not.toMatch(/unsafe-inline|unsafe-eval(?<!wasm-unsafe-eval)/);
    expect(text).not.toMatch(/<script(?![^>]*src=)|<style|https?:/);
  });

  it('says what to do where its script does not run, such as opened as a file', () => {
    const body = html().replace(/[\s\S]*<body>/, '');
    expect(body).toMatch(/needs a web server/);
  });

  it('says nothing of the machine that it was built on', () => {
    for (const name of readdirSync(assets).filter((name) => /\.(js|css)$/.test(name)))
      expect(readFileSync(join(assets, name), 'utf8'), name).not.toContain(process.cwd());
  });

  it('cannot save', () => {
    const scripts = readdirSync(assets).filter((name) => name.endsWith('.js'));
    const text = scripts.map((name) => readFileSync(join(assets, name), 'utf8')).join();
    expect(text).not.toMatch(/["']?token["']?:["'`][0-9a-f]{32}/);
  });
});

describe('building the page', () => {
  it('does not replace a folder that holds something', async () => {
    const taken = join(folder, 'taken');
    mkdirSync(taken);
    writeFileSync(join(taken, 'mine.txt'), 'mine');
    await expect(buildPreview({ project: SHIPPED_LENS, out: taken })).rejects.toThrow(/taken is not empty/);
    expect(existsSync(join(taken, 'mine.txt'))).toBe(true);
  });

  it('replaces with force what it wrote itself, and nothing else', async () => {
    const build = (where: string, force: boolean) => buildPreview({ project: SHIPPED_LENS, out: where, force });
    const site = join(folder, 'again');
    cpSync(out, site, { recursive: true });
    writeFileSync(join(site, 'assets', 'old.js'), 'old');
    await expect(build(site, false)).rejects.toThrow(/again already holds a page.*--force/);
    await build(site, true);
    expect(existsSync(join(site, 'assets', 'old.js'))).toBe(false);
    mkdirSync(join(site, 'keep'));
    writeFileSync(join(site, 'keep', 'photo.txt'), 'mine');
    await expect(build(site, true)).rejects.toThrow(/holds more than a page of the preview.*another folder/);
    expect(existsSync(join(site, 'keep', 'photo.txt'))).toBe(true);
    // Another site, whose files have the same names.
    const other = join(folder, 'other');
    mkdirSync(other);
    writeFileSync(join(other, 'index.html'), '<!doctype html>');
    await expect(build(other, true)).rejects.toThrow(/more than a page/);
    expect(existsSync(join(other, 'index.html'))).toBe(true);
  });

  it.each([
    ['home', homedir()],
    ['/', '/'],
    ['the current folder', process.cwd()],
    ['a folder above it', dirname(process.cwd())],
  ])('never replaces %s', async (_, place) => {
    await expect(buildPreview({ project: project.folder, out: place, force: true })).rejects.toThrow(/would be lost/);
  });

  it('takes paths from the current folder', async () => {
    const [site, model] = [join(folder, 'relative'), 'ml/models/emotion/emotion.onnx'];
    expect(await buildPreview({ project: 'lens', model, out: relative('', site) })).toEqual([]);
    expect(readdirSync(join(site, 'assets')).join()).toMatch(/emotion-[\w-]+\.onnx/);
  });

  it('tells what is left out: a missing file, a script that does not compile, a model of another shape', async () => {
    const happy = project.read(HAPPY);
    project.edit(HAPPY, "from './Easing'", "from './Missing'");
    project.remove('Assets/Effects/Sounds/Happy.wav');
    const problems = await buildPreview({ project: project.folder, model: LANDMARKS, out: join(folder, 'left-out') });
    project.write(HAPPY, happy);
    const told = problems.join('\n');
    expect(told).toContain('Assets/Effects/Sounds/Happy.wav is missing');
    expect(told).toMatch(/HappyEffect\.ts:\d+: Could not resolve/);
    expect(told).toContain(`${LANDMARKS} takes [1, 3, 112, 112] and outputs`);
    expect(told).toContain('takes [192, 192, 3] and outputs [1, 1, 7]');
  });

  it('names a model file that cannot be loaded', async () => {
    const junk = join(folder, 'junk.onnx');
    writeFileSync(junk, 'junk');
    const building = buildPreview({ project: SHIPPED_LENS, model: junk, out: join(folder, 'junk') });
    await expect(building).rejects.toThrow(`${junk} is not a complete ONNX file`);
    expect(existsSync(join(folder, 'junk'))).toBe(false);
  });

  it('never replaces the project', async () => {
    const building = buildPreview({ project: project.folder, out: project.folder, force: true });
    await expect(building).rejects.toThrow(/would be lost/);
    expect(existsSync(join(project.folder, 'Assets'))).toBe(true);
  });

  it('leaves nothing behind for a project that cannot be run, and says why', async () => {
    const path = 'Assets/EmotionDetector/Signal.ts';
    project.edit(path, 'export class', 'export clas');
    const line = project.line(path, 'export clas');
    const broken = join(folder, 'broken');
    await expect(buildPreview({ project: project.folder, out: broken })).rejects.toThrow(`${path}:${line}`);
    expect(readdirSync(folder).filter((name) => name.startsWith('broken'))).toEqual([]);
  });

  it('leaves no half page, and what was there, if the disk is full', async () => {
    const site = join(folder, 'full');
    cpSync(out, site, { recursive: true });
    const before = readdirSync(join(site, 'assets')).sort();
    for (const place of [site, join(folder, 'new')]) {
      failing.after = 3;
      const building = buildPreview({ project: SHIPPED_LENS, out: place, force: true });
      await expect(building).rejects.toThrow(/cannot write .*: the disk is full; free some space/);
      await expect(building).rejects.toBeInstanceOf(UserError);
      failing.after = Number.POSITIVE_INFINITY;
    }
    expect(readdirSync(join(site, 'assets')).sort()).toEqual(before);
    expect(readdirSync(folder).filter((name) => name === 'new' || name.endsWith('.tmp'))).toEqual([]);
  });

  it('says that the place is no folder', async () => {
    const place = join(folder, 'file', 'site');
    writeFileSync(join(folder, 'file'), 'mine');
    await expect(buildPreview({ project: SHIPPED_LENS, out: place })).rejects.toThrow(UserError);
    expect(readFileSync(join(folder, 'file'), 'utf8')).toBe('mine');
  });

  it('removes what a build that was killed has left beside it', async () => {
    const left = join(folder, 'mended.2147483646-0123abcd.tmp');
    mkdirSync(join(left, 'assets'), { recursive: true });
    await buildPreview({ project: SHIPPED_LENS, out: join(folder, 'mended') });
    expect(existsSync(left)).toBe(false);
  });

  it.skipIf(process.platform === 'win32')('takes folders with signs that mean something in addresses', async () => {
    const strange = join(folder, 'my #1 lens? 100%25 %zz ü');
    cpSync(SHIPPED_LENS, join(strange, 'project'), { recursive: true });
    await buildPreview({ project: join(strange, 'project'), out: join(strange, 'site') });
    expect(readdirSync(join(strange, 'site', 'assets'))).toContain('lens.js');
    const server = await servePreview({ project: join(strange, 'project') });
    expect(server).toMatchObject({ failure: null });
    expect(await (await fetch(new URL('assets/scripts.js', server.url))).text()).toContain('HappyEffect');
    await server.close();
  });
});
