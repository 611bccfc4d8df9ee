import { execFile } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'repository-path-'));

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('the page is built from a repository whose path has a space and a #', { timeout: 120_000 }, async () => {
  const repository = join(folder, 'my lenses #1');
  for (const part of ['lens', 'ml', 'tools', 'package.json', 'tsconfig.json'])
    cpSync(part, join(repository, part), { recursive: true });
  symlinkSync(join(process.cwd(), 'node_modules'), join(repository, 'node_modules'), 'junction');
  const page = join(folder, 'page');
  await promisify(execFile)(process.execPath, [join(repository, 'tools/cli/bin.mjs'), 'preview', '--out', page]);
  expect(existsSync(join(page, 'index.html'))).toBe(true);
  // What the program writes as text stays as it is when the program is bundled.
  expect(readFileSync(join(page, 'assets/lens.js'), 'utf8')).toContain('new URL(file, import.meta.url)');
});
