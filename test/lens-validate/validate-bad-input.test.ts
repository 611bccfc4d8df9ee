import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { strToU8, zipSync } from 'fflate';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { UserError } from '../../ml/core/errors.ts';
import { validateProject } from '../../tools/lens-validate/validate.ts';
import { ESPROJ, SCENE, SeededProject, TARGET } from './faults/seeded-project.ts';

vi.mock('../../tools/lens-validate/type-check.ts', async (original) =>
  (await import('./remembered.ts')).rememberTypes(await original()),
);
vi.mock('../../tools/lens-studio/yaml/parse.ts', async (original) =>
  (await import('./remembered.ts')).rememberYaml(await original()),
);
vi.mock('../../tools/lens-studio/analysis/read-scripts.ts', async (original) =>
  (await import('./remembered.ts')).rememberScripts(await original()),
);

const folder = mkdtempSync(join(tmpdir(), 'lens-bad-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function packed(name: string, content: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe('what is no project or package', () => {
  it.each<[string, () => string, RegExp]>([
    [
      'a folder without a project',
      () => folder,
      /is not a Lens Studio project: it contains no \.esproj file; give the folder/,
    ],
    ['a folder that is not there', () => join(folder, 'none'), /does not exist/],
    ['a file of another kind', () => packed('a.txt', strToU8('x')), /a\.txt/],
    [
      'a cut-off package',
      () => packed('cut.lspkg', zipSync({ 'Package/Assets/a.md': strToU8('x') }).slice(0, 40)),
      /damaged/,
    ],
    [
      'a package that climbs out',
      () => packed('up.lspkg', zipSync({ '../up.ts': strToU8('x') })),
      /"\.\.\/up\.ts".*outside the package/,
    ],
    ['a package with a drive', () => packed('c.lspkg', zipSync({ 'C:/up.ts': strToU8('x') })), /outside the package/],
    [
      'a package with backslashes',
      () => packed('b.lspkg', zipSync({ '..\\up.ts': strToU8('x') })),
      /outside the package/,
    ],
  ])('%s is refused by name', async (_, path, message) => {
    await expect(validateProject(path())).rejects.toThrow(message);
    await expect(validateProject(path())).rejects.toThrow(UserError);
  });

  it('any damage to a file gives findings or a message, never a crash', async () => {
    const project = new SeededProject();
    const materials = ['Assets/Effects/Materials/Sprite.mat', 'Assets/Effects/Materials/Sprite.graphShader'];
    const targets = [SCENE, ESPROJ, TARGET, `${TARGET}.meta`, 'Assets/Effects/HappyEffect.ts.meta', ...materials];
    const whole = new Map(targets.map((path) => [path, project.read(path)]));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...targets),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.string({ unit: 'binary', minLength: 1, maxLength: 6 }),
        fc.nat({ max: 40 }),
        async (path, where, junk, removed) => {
          const text = whole.get(path)!;
          const at = Math.floor(where * text.length);
          project.write(path, text.slice(0, at) + junk + text.slice(at + removed));
          const found = await validateProject(project.folder).then(
            ({ findings }) => findings,
            (thrown) => thrown,
          );
          project.write(path, text);
          expect(Array.isArray(found) || found instanceof UserError, String(found?.stack)).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
    project.delete();
  }, 120_000);
});
