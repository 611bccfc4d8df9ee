import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesUnder } from '../../tools/lens-studio/files/stored-file.ts';
import { temporaryFolder } from '../data/helpers.ts';

describe('the files of a project', () => {
  const project = join(temporaryFolder(), 'a #1?%41');
  mkdirSync(join(project, 'Assets'), { recursive: true });
  writeFileSync(join(project, 'Assets', 'a#b?.ts'), 'text');

  it('may have any characters in their names; those that are not whole yet are passed over', async () => {
    writeFileSync(join(project, 'Assets', 'Scene.scene.4194399-01234567.tmp'), 'half');
    expect((await filesUnder(project, 'Assets')).map(({ path }) => path)).toEqual(['Assets/a#b?.ts']);
  });

  it.runIf(process.platform === 'linux')('whose names are not in UTF-8 are called that', async () => {
    writeFileSync(Buffer.concat([Buffer.from(`${join(project, 'Assets')}/`), Buffer.from([0xe4])]), '');
    await expect(filesUnder(project, 'Assets')).rejects.toThrow(/\ufffd: its name is not in UTF-8; rename it/);
  });
});
