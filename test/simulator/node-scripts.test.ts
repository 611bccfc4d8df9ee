import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const sources = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(folder, name));

it('scripts of a lens run in this process in benchmarks of our own lens alone, in no command', () => {
  const importers: string[] = [];
  for (const file of sources('tools').concat(sources('ml')))
    if (/from '[^']*(session\/load-lens|run-lens|\.\/load-lens)\.ts'/.test(readFileSync(file, 'utf8')))
      importers.push(file.replaceAll('\\', '/'));
  expect(importers.sort()).toEqual(['tools/bench/simulator.ts', 'tools/simulator/session/session.ts']);
  expect(readFileSync('tools/bench/simulator.ts', 'utf8')).toContain('loadLens(SHIPPED_LENS)');
});
