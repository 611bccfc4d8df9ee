import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fileError, readBytes, readText, writeAtomic } from '../../ml/core/files.ts';

const folder = mkdtempSync(join(tmpdir(), 'files-'));

describe('writing a file', () => {
  it('makes its folders, replaces an older file, and leaves nothing else', async () => {
    const path = join(folder, 'a', 'b', 'file.txt');
    await writeAtomic(path, 'old');
    await writeAtomic(path, 'new');
    expect(readFileSync(path, 'utf8')).toBe('new');
    expect(readdirSync(join(folder, 'a', 'b'))).toEqual(['file.txt']);
  });

  it('over a folder fails with its name, and leaves no temporary file', async () => {
    const place = join(folder, 'taken');
    mkdirSync(join(place, 'file.txt'), { recursive: true });
    await expect(writeAtomic(join(place, 'file.txt'), 'x')).rejects.toThrow(/cannot write .*file\.txt/);
    expect(readdirSync(place)).toEqual(['file.txt']);
  });

  it('below a file fails with a word on the path', async () => {
    writeFileSync(join(folder, 'plain'), '');
    await expect(writeAtomic(join(folder, 'plain', 'file.txt'), 'x')).rejects.toThrow(/a part of the path is a file/);
  });

  it('on a full disk says so', () => {
    const thrown = Object.assign(new Error('no space'), { code: 'ENOSPC' });
    expect(fileError('write', 'model.onnx', thrown).message).toMatch(
      /cannot write model\.onnx: the disk is full; free some/,
    );
  });

  it.skipIf(process.platform === 'win32' || process.getuid?.() === 0)('where it may not write says so', async () => {
    const place = join(folder, 'closed');
    mkdirSync(place);
    chmodSync(place, 0o500);
    await expect(writeAtomic(join(place, 'file.txt'), 'x')).rejects.toThrow(/permission denied/);
  });
});

describe('reading a file', () => {
  it('gives its bytes as an array of their own', async () => {
    const path = join(folder, 'bytes');
    writeFileSync(path, Uint8Array.of(1, 2, 3, 4));
    const bytes = await readBytes(path);
    expect(Buffer.isBuffer(bytes)).toBe(false);
    expect([...new Uint8Array(bytes.slice(1, 3).buffer)]).toEqual([2, 3]);
  });

  it.each([
    ['is missing', 'none', /cannot read .*none: it does not exist/],
    ['is a directory', '.', /it is a directory; expected a file/],
  ])('that %s fails with its name and the reason', async (_, name, message) => {
    await expect(readText(join(folder, name))).rejects.toThrow(message);
  });

  it('that is larger than expected fails before it is read', async () => {
    const path = join(folder, 'large');
    writeFileSync(path, new Uint8Array(100));
    await expect(readBytes(path, 99)).rejects.toThrow(/100 bytes; expected at most 99/);
    expect(existsSync(path)).toBe(true);
  });
});
