import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Finding } from '../../tools/lens-validate/finding.ts';
import { validateProject } from '../../tools/lens-validate/validate.ts';
import { SeededProject } from './faults/seeded-project.ts';

/** As Lens Studio 5.15 and later write it. */
const STUDIO_CONFIG = {
  compilerOptions: {
    allowJs: true,
    isolatedModules: true,
    lib: ['es2021'],
    module: 'commonjs',
    noEmit: true,
    paths: { '*': ['./Assets/*', './Packages/*', './Cache/TypeScript/Src/Packages/*'] },
    skipDefaultLibCheck: true,
    target: 'es2021',
    types: [],
  },
  exclude: ['node_modules/typescript/lib/lib.dom.d.ts'],
  include: ['./Cache/TypeScript/lib/LensifyTS/Declarations/**/*.d.ts', './Assets/**/*.ts', './Packages/**/*.ts'],
};

const SECRET = 'hunter2';
let top: string;
let folder: string;

beforeEach(() => {
  top = mkdtempSync(join(tmpdir(), 'lens-types-'));
  folder = join(top, 'lens');
  write('lens/Lens.esproj', readFileSync('lens/EmotionLens.esproj', 'utf8'));
});
afterEach(() => rmSync(top, { recursive: true, force: true }));

function write(path: string, content: string | object): void {
  mkdirSync(dirname(join(top, path)), { recursive: true });
  writeFileSync(join(top, path), typeof content === 'string' ? content : JSON.stringify(content));
}

async function found(declarations?: string): Promise<Finding[]> {
  const { findings } = await validateProject(folder, declarations);
  return findings.filter(({ code }) => ['type-check', 'not-type-checked'].includes(code));
}

const places = (findings: readonly Finding[]) => findings.map(({ code, file, line }) => `${code} ${file}:${line}`);
const files = () =>
  readdirSync(top, { recursive: true, withFileTypes: true })
    .map(({ name }) => name)
    .sort();

describe("a stranger's tsconfig.json", () => {
  it('makes the compiler write nothing', async () => {
    write('precious.txt', SECRET);
    write('lens/Assets/A.ts', 'export const one: string = 1;\n');
    write('lens/tsconfig.json', {
      compilerOptions: {
        noEmit: false,
        incremental: true,
        composite: true,
        declaration: true,
        tsBuildInfoFile: '../precious.txt',
        outDir: '../out',
        declarationDir: '../types',
        generateTrace: '../trace',
        generateCpuProfile: '../profile',
        plugins: [{ name: './evil.js' }],
      },
      include: ['Assets'],
    });
    const before = files();
    expect(places(await found())).toEqual(['type-check Assets/A.ts:1']);
    expect(files()).toEqual(before);
    expect(readFileSync(join(top, 'precious.txt'), 'utf8')).toBe(SECRET);
  });

  it('does not lead the compiler out of the project, nor do scripts or links', async () => {
    write('secret.ts', `export const secret = '${SECRET}' as const;\n`);
    write('base.json', { compilerOptions: { strict: 1, types: [SECRET] } });
    write(
      'lens/Assets/A.ts',
      [
        `/// <reference path="../../secret.ts" />`,
        `import { secret } from '../../secret';`,
        `import { secret as linked } from './Linked';`,
        `import { secret as absolute } from '${join(top, 'secret').replaceAll('\\', '/')}';`,
        'const one: number = secret;',
        'const two: number = linked;',
        'const three: number = absolute;',
        'export { one, two, three };',
      ].join('\n'),
    );
    symlinkSync(join(top, 'secret.ts'), join(folder, 'Assets/Linked.ts'));
    symlinkSync(top, join(folder, 'Further'));
    write('lens/tsconfig.json', {
      extends: '../base.json',
      compilerOptions: { paths: { '*': ['../*'] }, rootDirs: ['..'], typeRoots: ['..'] },
      include: ['Assets', '..', 'Further'],
      files: ['../secret.ts'],
    });
    const findings = await found();
    expect(findings.length).toBeGreaterThan(0);
    expect(JSON.stringify(findings)).not.toContain(SECRET);
  });

  it('is as strict as it says, and not strict where it says nothing', async () => {
    write('lens/Assets/A.ts', 'export function half(x) {\n  return x / 2;\n}\nexport const no: string = null;\n');
    write('lens/tsconfig.json', STUDIO_CONFIG);
    expect(await found()).toEqual([]);
    write(
      'lens/tsconfig.json',
      `// ours\n{"compilerOptions": {"strict": true, /* all */ "types": []}, "include": ["Assets",],}`,
    );
    expect(places(await found())).toEqual(['type-check Assets/A.ts:1', 'type-check Assets/A.ts:4']);
  });
});

describe('a clean clone', () => {
  it('of our own lens is checked with our own declarations', async () => {
    const project = new SeededProject();
    project.write('tsconfig.json', JSON.stringify(STUDIO_CONFIG));
    expect(await project.findings()).toEqual([]);
    expect((await validateProject(project.folder)).notes).toBe(0);
    project.edit('Assets/Effects/HappyEffect.ts', /$/, '\nexport const wrong: number = print;\n');
    expect((await project.findings()).map(({ code }) => code)).toEqual(['type-check']);
    project.delete();
  }, 60_000);

  it('is not blamed for what only Lens Studio declares', async () => {
    write('lens/tsconfig.json', STUDIO_CONFIG);
    const uses = 'const body = this.getSceneObject().createComponent("Physics.BodyComponent");';
    write(
      'lens/Assets/Base.ts',
      `export class Base extends Unheard {\n  go() {\n    ${uses}\n    body.shape = 1;\n  }\n}\n`,
    );
    write('lens/Assets/User.ts', 'import { Base } from "./Base";\nexport const one: number = new Base().anything;\n');
    write(
      'lens/Assets/Kit.ts',
      'import { SIK } from "SpectaclesInteractionKit.lspkg/SIK";\nexport const kit: number = SIK;\n',
    );
    write('lens/Assets/Plain.ts', 'export const ä = 1;\nexport const one: string = ä;\n');
    const findings = await found();
    expect(places(findings)).toEqual(['type-check Assets/Plain.ts:2', 'not-type-checked tsconfig.json:1']);
    expect(findings[1].found).toContain('3 of 4 scripts are not type-checked');
    expect(findings[1].fix).toContain('--declarations');
  });

  it('is checked in full with declarations that the user gives', async () => {
    write('lens/tsconfig.json', STUDIO_CONFIG);
    write('lens/Assets/A.ts', 'export const one: string = unheard();\nexport const two = unknown();\n');
    write('mine/StudioLib.d.ts', 'declare function unheard(): number;\n');
    expect(places(await found())).toEqual(['not-type-checked tsconfig.json:1']);
    for (const given of ['mine', 'mine/StudioLib.d.ts'])
      expect(places(await found(join(top, given)))).toEqual(['type-check Assets/A.ts:1', 'type-check Assets/A.ts:2']);
  });

  it('is not checked with a file or folder that declares nothing', async () => {
    write('lens/tsconfig.json', STUDIO_CONFIG);
    write('lens/Assets/A.ts', 'export const one = 1;\n');
    write('mine/StudioLib.txt', 'declare function unheard(): number;\n');
    for (const given of ['mine', 'mine/StudioLib.txt'])
      await expect(found(join(top, given))).rejects.toThrow(/contains no declarations \(\.d\.ts files\)/);
  });
});
