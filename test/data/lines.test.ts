import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { silent } from '../../ml/core/progress.ts';
import { linesOf, readChunks } from '../../ml/data/lines.ts';
import { listener, temporaryFolder } from './helpers.ts';

const folder = temporaryFolder();

async function textLines(chunks: AsyncIterable<Uint8Array>): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of linesOf(chunks, 'a.csv')) {
    expect(line.number).toBe(lines.length + 1);
    lines.push(Buffer.from(line.bytes).toString('latin1'));
  }
  return lines;
}

async function* cut(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const places = [0, ...cuts.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (let i = 1; i < places.length; i++) yield bytes.subarray(places[i - 1], places[i]);
}

describe('linesOf', () => {
  it('finds the lines that splitting the whole text finds, wherever the chunks end', async () => {
    const text = fc
      .array(fc.constantFrom('a', 'b', ',', '\n', '\r\n'), { maxLength: 40 })
      .map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(200), { maxLength: 10 }), async (content, cuts) => {
        const expected = content.split(/\r?\n/);
        if (expected.at(-1) === '') expected.pop();
        expect(await textLines(cut(Buffer.from(content), cuts))).toEqual(expected);
      }),
    );
  });

  it('stops at a line that is far too long', async () => {
    const endless = cut(new Uint8Array(3 * 2 ** 20), [2 ** 20, 2 * 2 ** 20]);
    await expect(textLines(endless)).rejects.toThrow('a.csv line 1: no line end within 1048576 bytes');
  });
});

async function bytesOf(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all);
}

describe('readChunks', () => {
  const content = Buffer.from('one\ntwo\n'.repeat(500_000));

  it.each([
    ['plain.csv', content],
    ['packed.csv.gz', gzipSync(content)],
    ['packed-without-its-suffix.csv', gzipSync(content)],
    ['plain-with-a-wrong-suffix.csv.gz', content],
    ['two-members.gz', Buffer.concat([gzipSync(content.subarray(0, 999)), gzipSync(content.subarray(999))])],
  ])('gives back the content of %s', async (name, stored) => {
    const path = join(folder, name);
    writeFileSync(path, stored);
    const report = listener();
    expect((await bytesOf(readChunks(path, report))).equals(content)).toBe(true);
    const total = Math.ceil(stored.length / 1e6);
    expect(report.steps.at(-1)).toBe(`reading ${name} ${total}/${total} MB`);
  });

  it.each([
    [
      'truncated.gz',
      gzipSync(content).subarray(0, -20),
      /cannot unpack .*truncated\.gz.*truncated or corrupt \(unexpected end/,
    ],
    ['corrupt.gz', gzipSync(content).fill(0x55, 500, 600), /cannot unpack .*corrupt\.gz.*truncated or corrupt/],
    ['empty.csv', Buffer.alloc(0), /empty\.csv: the file is empty/],
  ])('refuses %s', async (name, stored, message) => {
    const path = join(folder, name);
    writeFileSync(path, stored);
    await expect(bytesOf(readChunks(path, silent))).rejects.toThrow(message);
  });

  it('refuses what is missing or a folder', async () => {
    await expect(bytesOf(readChunks(join(folder, 'none.csv'), silent))).rejects.toThrow('it does not exist');
    await expect(bytesOf(readChunks(folder, silent))).rejects.toThrow('it is a directory');
  });
});
