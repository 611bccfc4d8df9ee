import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { FileNameSchema } from '../../ml/core/untrusted-path.ts';

describe('the name of a file', () => {
  it.each([
    'emotion.onnx',
    'emotion.int8.tflite',
    '.hidden',
    'a b',
    'Gesicht-ä',
    '表情.png',
    '…',
    'console',
    'com10',
    'a..b',
  ])('%s is one, and makes a file of that very name', (name) => {
    const folder = mkdtempSync(join(tmpdir(), 'name-'));
    writeFileSync(join(folder, FileNameSchema.parse(name)), '');
    expect(readdirSync(folder)).toEqual([name]);
  });

  it.each([
    ['', 'it is empty'],
    ['../../.bashrc', 'is a path'],
    ['/etc/passwd', 'is a path'],
    ['a/b', 'is a path'],
    ['..\\a', 'is a path'],
    ['C:', 'is a path'],
    ['C:a', 'is a path'],
    ['a:stream', 'is a path'],
    ['.', 'means a folder'],
    ['..', 'means a folder'],
    ['...', 'means a folder'],
    ['. .', 'means a folder'],
    ['a\0b', 'characters'],
    ['a\nb', 'characters'],
    ['\x1b[2J', 'characters'],
    ['a\u009bb', 'characters'],
    ['\ud800', 'characters'],
    ['a*', 'characters'],
    ['a.', 'ends with a dot'],
    ['a ', 'ends with a dot or a space'],
    ['NUL', 'a device'],
    ['con.onnx', 'a device'],
    ['COM1.tar.gz', 'a device'],
    ['aux .txt', 'a device'],
    ['x'.repeat(201), 'more than 200 bytes'],
    ['表'.repeat(67), 'more than 200 bytes'],
  ])('%j is none', (name, reason) => {
    const { error } = FileNameSchema.safeParse(name);
    expect(error?.issues).toHaveLength(1);
    expect(error?.issues[0].message).toContain(reason);
  });

  it('that is none is shown without its control characters, and not at any length', () => {
    const { error } = z.object({ name: FileNameSchema }).safeParse({ name: `\x1b[2J/${'x'.repeat(1e6)}` });
    const message = z.prettifyError(error!);
    expect(message).toContain('\\u001b[2J/xxx');
    expect(message).toContain('name');
    expect(message.length).toBeLessThan(300);
  });
});
