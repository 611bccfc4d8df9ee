import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ownCache } from '../../ml/core/own-cache.ts';
import { temporaryFolder } from '../data/helpers.ts';

const folder = temporaryFolder();
const caches = join(folder, 'caches');
afterEach(() => vi.unstubAllEnvs());

describe('ownCache', () => {
  it('lies in the installation', () => {
    expect(ownCache('preview', folder)).toBe(join(folder, '.cache', 'preview'));
  });

  it("lies in the user's cache folder where the installation cannot be written", () => {
    for (const name of ['XDG_CACHE_HOME', 'LOCALAPPDATA']) vi.stubEnv(name, caches);
    const installation = join(folder, 'installation');
    mkdirSync(installation);
    writeFileSync(join(installation, '.cache'), 'no folder');
    expect(ownCache('preview', installation)).toBe(join(caches, 'emotion-lens', 'preview'));
    if (process.platform === 'win32') return;
    chmodSync(join(caches, 'emotion-lens'), 0o777);
    expect(() => ownCache('preview', installation)).toThrow(/cannot write .*XDG_CACHE_HOME/);
  });
});
