import { symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { strToU8, zipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { readScripts } from '../../tools/lens-studio/analysis/read-scripts.ts';
import { readZip } from '../../tools/lens-studio/files/zip.ts';
import { MAX_TEXT_LENGTH, parse } from '../../tools/lens-studio/yaml/parse.ts';
import { compile } from '../../tools/lens-validate/compile.ts';
import { sceneStamp } from '../../tools/preview/server/save-inputs.ts';
import { ESPROJ, SCENE, SeededProject } from './faults/seeded-project.ts';

const many = (count: number, line: (at: number) => string) =>
  Array.from({ length: count }, (_, at) => line(at)).join('\n');

describe('small files that could make large work', () => {
  it('YAML of very many fields is read in time, and a field that stands twice is still found', () => {
    const text = many(60_000, (at) => `field${at}: 1`);
    expect(parse(text, 'x')).toHaveProperty('size', 60_000);
    expect(() => parse(`${text}\nfield7: 1`, 'x')).toThrow('x:60001: found the field field7 twice');
  }, 60_000);

  it.each([
    ['lists', `a: ${'['.repeat(200)}${']'.repeat(200)}`],
    ['fields', many(200, (at) => `${' '.repeat(at)}a:`)],
    ['thousands of lists', `${'['.repeat(20_000)}`],
  ])('YAML of nested %s is refused', (_, text) => {
    expect(() => parse(text, 'x')).toThrow(/nested more than 100 levels/);
  });

  it('a scene with very many inputs that no script has is judged in time', async () => {
    const project = new SeededProject();
    project.edit(SCENE, '      happyFade: 0.4', `${many(40_000, (at) => `      input${at}: 1`)}\n      happyFade: 0.4`);
    const unknown = (await project.findings()).filter(({ code }) => code === 'unknown-input');
    expect(unknown).toHaveLength(40_000);
    expect(unknown.at(-1)!.line).toBe(project.line(SCENE, 'input39999:'));
    project.delete();
  }, 120_000);

  it('scripts that take the parser any time are given up, and the others read', async () => {
    const endless = { path: 'Endless.ts', text: `${'<T>('.repeat(60)}1${')'.repeat(60)}` };
    const deep = { path: 'Deep.ts', text: '('.repeat(50_000) };
    const good = { path: 'Good.ts', text: 'import { a } from "./A";\nexport class Good {}\n' };
    const [first, second, third] = await readScripts([endless, deep, good], 4000);
    expect(first.fault?.message).toContain('reading it takes longer than 4 s');
    expect(second.fault?.path).toBe('Deep.ts');
    expect(third).toMatchObject({ fault: null, script: { imports: ['./A'] } });
  }, 60_000);

  it('a script that takes the compiler any time is given up', async () => {
    const text = [
      'type Digit = 0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;',
      `type Four = \`${`\${Digit}`.repeat(4)}\`;`,
      `type Eight = { [A in Four]: { [B in Four]: [A, B] } }[Four];`,
      'export const much: Eight[Four] = 1;',
    ].join('\n');
    const sources = { paths: ['Endless.ts'], read: () => text };
    expect(await compile(sources, { files: ['Endless.ts'] }, 3000)).toBe('it takes longer than 3 s');
  }, 30_000);

  it('a package entry that says it unpacks to more than 100 MB is refused before it is unpacked', () => {
    const archive = zipSync({ 'Package/Assets/a.bin': new Uint8Array(101_000_000) });
    expect(archive.length).toBeLessThan(200_000);
    expect(() => readZip(archive, 'x.lspkg')).toThrow('a.bin unpacks to more than 100 MB');
    expect(readZip(zipSync({ 'a.txt': strToU8('a') }), 'x.lspkg')).toHaveLength(1);
  }, 60_000);

  it('a script, a scene and a model that are too large are not read, whatever is in them', async () => {
    const project = new SeededProject();
    const large = (path: string, bytes: number) => {
      const file = join(project.folder, path);
      writeFileSync(file, '');
      truncateSync(file, bytes);
    };
    large('Assets/Large.ts', MAX_TEXT_LENGTH + 1);
    large('Assets/Large.onnx', 100_000_001);
    large('Assets/Large.scene', MAX_TEXT_LENGTH + 1);
    const found = (await project.findings()).filter(({ file }) => file.startsWith('Assets/Large.'));
    expect(found.map(({ code, file, found: text }) => [code, file, text])).toEqual(
      expect.arrayContaining([
        ['script-syntax', 'Assets/Large.ts', 'it has 16000001 bytes, at most 16000000 are read'],
        ['unreadable-model', 'Assets/Large.onnx', expect.stringContaining('has 100,000,001 bytes')],
      ]),
    );
    await expect(sceneStamp(project.folder)).rejects.toThrow(
      /Large\.scene has 16000001 bytes, expected at most 16000000/,
    );
    project.delete();
  }, 120_000);

  it.each(['Vast.wav', 'Vast.png'])('what fits no lens is neither packed nor read: %s', async (name) => {
    const project = new SeededProject();
    project.write(`Assets/${name}`, '');
    // No file of 2 GiB or more can be read at all.
    truncateSync(join(project.folder, 'Assets', name), 2 ** 31);
    const found = await project.findings();
    expect(found.find(({ code }) => code === 'lens-size')?.found).toMatch(/2149\.\d MB unpacked/);
    project.delete();
  }, 60_000);

  it('a folder of assets that is a link is refused', async () => {
    const project = new SeededProject();
    project.remove('Assets');
    symlinkSync(tmpdir(), join(project.folder, 'Assets'));
    await expect(project.findings()).rejects.toThrow('Assets is a symbolic link, expected a folder');
    project.delete();
  });

  it('fields of a newer Lens Studio are told once, as a newer version', async () => {
    const project = new SeededProject();
    project.edit(ESPROJ, /minor: \d+/, 'minor: 99');
    project.edit(SCENE, '  Near: 1.000000', '  Near: 1.000000\n  Bokeh: true\n  Tilt: true');
    expect((await project.findings()).map(({ code }) => code)).toEqual(['newer-version']);
    project.delete();
  });
});
