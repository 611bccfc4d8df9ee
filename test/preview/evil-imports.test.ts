import { readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lensFiles } from '../../tools/preview/server/lens-files.ts';
import { bundleScripts } from '../../tools/simulator/load/bundle-scripts.ts';
import { readProgram } from '../../tools/simulator/load/read-program.ts';
import { EvilLens, SECRET } from './evil-lens.ts';

let lens: EvilLens;
beforeEach(() => {
  lens = new EvilLens();
});
afterEach(() => lens.delete());

const bundle = async () => bundleScripts(lens.folder, await readProgram(lens.folder));

/** All that the page gets. */
async function everything(): Promise<string> {
  const { files } = await lensFiles({ project: lens.folder, model: null }, null);
  const texts: string[] = [];
  for (const read of files.values()) texts.push(Buffer.from(await read()).toString('latin1'));
  return texts.join('\n');
}

const AS_TEXT = "with { type: 'text' }";
const outside = (name: string) => `../../../${`${lens.folder}.secret`.split('/').at(-1)}/${name}`;

describe('an import of what is not a script of the project', () => {
  it.each<[string, () => string]>([
    ['a file above it, as text', () => `import key from '${outside('id_rsa')}' ${AS_TEXT};`],
    ['a file above it, as bytes', () => `import key from '${outside('id_rsa')}' with { type: 'bytes' };`],
    ['a file by its whole path', () => `import key from '${lens.secret}' ${AS_TEXT};`],
    ['a file by its URL', () => `import key from 'file://${lens.secret}' ${AS_TEXT};`],
    ['a script above it', () => `import key from '${outside('outside')}';`],
    ['a script above it, when it runs', () => `const key = import('${outside('outside')}');`],
    ['a module of Node', () => "import { readFileSync as key } from 'node:fs';"],
    ['a module of Node by its old name', () => "import { readFileSync as key } from 'fs';"],
    ['a package of this program', () => "import key from 'yaml';"],
    ['code in a URL', () => "import key from 'data:text/javascript,export default 1';"],
    ['code of the web', () => "import key from 'https://example.com/x.js';"],
    ['a file through the server', () => `import key from '/@fs${lens.secret}?raw';`],
    ['its own scene as text', () => `import key from '../Scene.scene' ${AS_TEXT};`],
    ['its own script as text', () => `import key from './Easing.ts' ${AS_TEXT};`],
    ['its own script through a builder', () => "import key from './Easing.ts?raw';"],
    ['its own picture', () => "import key from './Vignette.png?url';"],
  ])('is refused: %s', async (_, code) => {
    lens.addToScript(`${code()}\nprint(String(key));`);
    const { code: bundled, problems } = await bundle();
    expect(problems.join('\n')).toMatch(
      /HappyEffect\.ts:\d+: .*; the script is left out|Easing\.ts is imported as "text"/,
    );
    expect(bundled).not.toContain('HappyEffect extends');
    expect(bundled).not.toContain(SECRET);
  });

  it.each<[string, () => string]>([
    ['to try', () => `try { require('${outside('outside')}'); } catch {}`],
    ['computed', () => `const name = '${outside('outside')}'; import(name).catch(() => {});`],
    ['as a URL', () => `print(String(new URL('${outside('id_rsa')}', import.meta.url)));`],
    ['by a pattern', () => `print(String(import.meta.glob?.('../../../*.secret/*', { as: 'raw', eager: true })));`],
  ])('brings nothing: %s', async (_, code) => {
    lens.addToScript(code());
    expect((await bundle()).code).not.toContain(SECRET);
  });

  it('is refused through links, of files and of folders, and the rest runs', async () => {
    lens.link('Assets/Effects/Linked.ts', lens.secretScript);
    lens.link('Assets/Effects/linked', `${lens.folder}.secret`);
    lens.link('Assets/Effects/Linked.json', lens.secret);
    for (const name of ['./Linked', './linked/outside', './Linked.json']) {
      const { folder } = lens;
      lens.write('Assets/Effects/HappyEffect.ts', readFileSync('lens/Assets/Effects/HappyEffect.ts', 'utf8'));
      lens.addToScript(`import key from '${name}';\nprint(String(key));`);
      const { code, problems } = await bundleScripts(folder, await readProgram(folder));
      expect(problems.join()).toContain(`Could not resolve "${name}"`);
      expect(code).not.toContain(SECRET);
      expect(code).toContain('SadEffect');
    }
  });

  it('is not resolved by settings of the project or of the folders above it', async () => {
    const settings = {
      'tsconfig.json': {
        compilerOptions: { baseUrl: '.', paths: { './Easing': [lens.secretScript], key: [lens.secretScript] } },
      },
      'package.json': {
        browser: { './Assets/Effects/Easing.ts': lens.secretScript },
        imports: { '#key': lens.secretScript },
      },
      'node_modules/key/package.json': { name: 'key', main: 'index.js' },
    };
    for (const [name, content] of Object.entries(settings)) lens.write(name, JSON.stringify(content));
    lens.write('node_modules/key/index.js', `module.exports = '${SECRET}';`);
    lens.write('vite.config.js', `throw new Error('${SECRET}');`);
    lens.write('postcss.config.js', `throw new Error('${SECRET}');`);
    lens.write('.env', `VITE_KEY=${SECRET}`);
    lens.addToScript("import key from 'key';\nprint(String(key));");
    expect((await bundle()).problems.join()).toContain('Could not resolve "key"');
    expect(await everything()).not.toContain(SECRET);
  });
});

describe('a link among the assets', () => {
  it('brings no file of elsewhere to the page', async () => {
    lens.link('Assets/Key.png', lens.secret);
    lens.addMeta('Assets/Key.png', 'Assets/Effects/Vignette.png');
    lens.link('Assets/Keys', `${lens.folder}.secret`);
    lens.write('Assets/Keys.txt', '');
    expect(await everything()).not.toContain(SECRET);
  });

  it('is not followed where it is the folder of the assets itself', async () => {
    const other = new EvilLens();
    other.addAsset('Assets/Key.png', SECRET, 'Assets/Effects/Vignette.png');
    lens.remove('Assets');
    symlinkSync(join(other.folder, 'Assets'), join(lens.folder, 'Assets'));
    await expect(everything()).rejects.toThrow(/Assets is a symbolic link/);
    expect(readdirSync(join(other.folder, 'Assets'))).toContain('Scene.scene');
    other.delete();
  });
});

describe('a script that is too much for the compiler', () => {
  it('is named if it is too large', async () => {
    lens.write('Assets/Effects/Large.js', `export default '${'x'.repeat(3 << 20)}';`);
    lens.addToScript("import large from './Large.js';\nprint(large);");
    expect((await bundle()).problems.join()).toMatch(/Large\.js has 3145\d+ bytes, at most 2097152 are compiled/);
  });

  it('ends the compiler, not the program', { timeout: 120_000 }, async () => {
    lens.write('Assets/Effects/Deep.js', `${'{'.repeat(20_000)}${'}'.repeat(20_000)}`);
    lens.addToScript("import './Deep.js';");
    await expect(bundle()).rejects.toThrow(
      /cannot be compiled: the compiler ran out of memory or took longer than 10 s/,
    );
    lens.write('Assets/Effects/Deep.js', '');
    expect((await bundle()).problems).toEqual([]);
  });
});
