import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UserError } from '../../ml/core/errors.ts';
import { silent } from '../../ml/core/progress.ts';
import { ClassNames } from '../../ml/data/class-names.ts';
import { FACE_PIXELS, SPLITS } from '../../ml/data/dataset.ts';
import { readFer2013 } from '../../ml/data/fer2013.ts';
import { csvRow, datasetOf, pattern, temporaryFolder } from './helpers.ts';

const folder = temporaryFolder();
const names = new ClassNames();
const HEADER = 'emotion,pixels,Usage';
const good = csvRow({ label: 3, split: 0, pixels: pattern(7) });

function write(content: string | Uint8Array, name = 'faces.csv'): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const withPixels = (pixels: readonly (number | string)[]) => `0,${pixels.join(' ')},Training`;
const withPixel = (value: string) => withPixels(pattern(1).map((v, i) => (i === 4 ? value : v)));

describe('readFer2013', () => {
  it('reads back what was written, whatever the order of columns, header, line ends and packing', async () => {
    const face = fc.record({
      label: fc.nat(6),
      split: fc.nat(2),
      pixels: fc.uint8Array({ minLength: FACE_PIXELS, maxLength: FACE_PIXELS }),
    });
    const header = fc.constantFrom(
      HEADER,
      'emotion, Usage, pixels',
      ' emotion, Usage, pixels',
      'PIXELS,usage , Emotion',
    );
    const style = fc.record({
      header,
      crlf: fc.boolean(),
      packed: fc.boolean(),
      lastEnd: fc.boolean(),
      bom: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(face, { minLength: 1, maxLength: 4 }), style, async (faces, how) => {
        const columns = how.header.split(',').map((name) => name.trim().toLowerCase());
        const rows = faces.map(({ label, split, pixels }) => {
          const values: Record<string, string> = {
            emotion: `${label}`,
            pixels: pixels.join(' '),
            usage: SPLITS[split],
          };
          return columns.map((column) => values[column]).join(',');
        });
        const end = how.crlf ? '\r\n' : '\n';
        const text = (how.bom ? '\ufeff' : '') + [how.header, ...rows].join(end) + (how.lastEnd ? end : '');
        const path = write(how.packed ? gzipSync(text) : text);
        expect(await readFer2013(path, { skipBadRows: false, names }, silent)).toEqual({
          dataset: datasetOf(faces, path),
          sourceRows: faces.length,
          badRows: { count: 0, first: [] },
        });
      }),
      { numRuns: 40 },
    );
  });

  it('reads more rows than one block holds', async () => {
    const numbers = Array.from({ length: 1100 }, (_, i) => i);
    const faces = numbers.map((i) => ({
      label: i % 7,
      split: i % 3,
      pixels: new Uint8Array(FACE_PIXELS).fill(i % 256),
    }));
    const path = write([HEADER, ...faces.map(csvRow)].join('\n'));
    const { dataset } = await readFer2013(path, { skipBadRows: false, names }, silent);
    expect(dataset.count).toBe(1100);
    expect(Buffer.compare(dataset.pixels, datasetOf(faces).pixels)).toBe(0);
  });

  it('takes blank lines for no rows', async () => {
    const { dataset, sourceRows } = await readFer2013(
      write(`${HEADER}\n${good}\n\r\n${good}\n\n`),
      { skipBadRows: false, names },
      silent,
    );
    expect([dataset.count, sourceRows, ...dataset.rows]).toEqual([2, 2, 0, 1]);
  });

  it('reads the forms that people bring', async () => {
    const faces = [
      { label: 3, split: 0, pixels: pattern(7) },
      { label: 5, split: 2, pixels: pattern(8) },
    ];
    const [happy, surprise] = faces.map(({ pixels }) => pixels.join(' '));
    const rows = (text: string) => readFer2013(write(text), { skipBadRows: false, names }, silent);
    const forms = [
      `"emotion","pixels","Usage"\n"3","${happy}","Training"\n"5","${surprise}","PrivateTest"\n`,
      `,emotion,pixels,Usage\n0,3,${happy},Training\n1,5,${surprise},PrivateTest\n`,
      `emotion;pixels;Usage\n3;${happy};Training\n5;${surprise};PrivateTest\n`,
      `emotion\tpixels\tUsage\n3\t${happy}\tTraining\n5\t${surprise}\tPrivateTest\n`,
      `emotion,pixels,Usage\nhappy,${happy},train\nSuprise,${surprise},test\n`,
      `note,emotion,pixels,Usage\n"one, quoted",3,${happy},Training\n"",5,${surprise},PrivateTest\n`,
    ];
    for (const form of forms) {
      const { dataset } = await rows(form);
      expect(dataset).toEqual(datasetOf(faces, dataset.source));
    }
    const { dataset } = await rows(`emotion,pixels\n3,${happy}\n5,${surprise}\n`);
    expect([...dataset.splits]).toEqual([0, 0]);
  });

  it('maps classes, leaves some out, and guesses none', async () => {
    const eight = write(
      [HEADER, ...[0, 7, 1, 3].map((label) => csvRow({ label, split: 0, pixels: pattern(label) }))].join('\n'),
    );
    const read = (map: string[]) => readFer2013(eight, { skipBadRows: false, names: new ClassNames(map) }, silent);
    const { dataset } = await read(['affectnet']);
    expect([...dataset.labels]).toEqual([6, 3, 5]);
    expect([...dataset.rows]).toEqual([0, 2, 3]);
    expect([...(await read(['7=none'])).dataset.labels]).toEqual([0, 1, 3]);
    await expect(read([])).rejects.toThrow(
      /line 3: unknown emotion "7", expected 0 to 6 or a name, or --map "7=CLASS"/,
    );
    expect(() => new ClassNames(['contempt'])).toThrow(
      /data\.map: "contempt" is neither NAME=CLASS nor one of rafdb, affectnet/,
    );
    expect(() => new ClassNames(['a=Hapy'])).toThrow(/with a class of Angry, .* or none/);
  });

  const malformed: [string, string, string][] = [
    ['too few pixels', withPixels(pattern(1).slice(1)), 'found 2303 pixels, expected 2304 (48x48)'],
    ['too many pixels', withPixels([...pattern(1), 0]), 'found 2305 pixels, expected 2304 (48x48)'],
    ['no pixels', '0,,Training', 'found 0 pixels, expected 2304 (48x48)'],
    ['a pixel above 255', withPixel('256'), 'pixel 5 is "256", expected a whole number from 0 to 255'],
    ['a huge pixel', withPixel('9'.repeat(400)), 'pixel 5 is "999'],
    ['a last pixel above 255', withPixels([...pattern(1).slice(1), '300']), 'pixel 2304 is "300", expected'],
    ['a negative pixel', withPixel('-1'), 'pixel 5 is "-1", expected a whole number from 0 to 255'],
    ['a fraction', withPixel('1.5'), 'pixel 5 is "1.5", expected a whole number from 0 to 255'],
    ['a pixel that is a word', withPixel('n/a'), 'pixel 5 is "n/a", expected a whole number from 0 to 255'],
    ['an unknown emotion', good.replace('3,', '7,'), 'unknown emotion "7", expected 0 to 6'],
    ['no emotion', good.replace('3,', ','), 'unknown emotion "", expected 0 to 6'],
    [
      'an unknown Usage',
      good.replace('Training', 'Tset'),
      'unknown Usage "Tset", expected Training, PublicTest, PrivateTest',
    ],
    ['a column too few', good.replace(',Training', ''), 'found 2 columns, expected 3'],
    ['a column too many', `${good},`, 'found 4 columns, expected 3'],
    ['a row cut short', good.slice(0, 100), 'found 2 columns, expected 3'],
  ];

  it.each(malformed)('stops at %s', async (_, row, problem) => {
    const path = write(`${HEADER}\n${good}\n${row}\n${good}\n`);
    const error = await readFer2013(path, { skipBadRows: false, names }, silent).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toContain(`${path} line 3: ${problem}`);
    expect(error.message).toContain('--skip-bad-rows');
  });

  it('leaves malformed rows out and counts them when told to', async () => {
    const bad = malformed.map(([, row]) => row);
    const { dataset, sourceRows, badRows } = await readFer2013(
      write([HEADER, good, ...bad, good].join('\n')),
      { skipBadRows: true, names },
      silent,
    );
    expect(dataset).toMatchObject({ count: 2, rows: Uint32Array.of(0, bad.length + 1) });
    expect(Array.from(dataset.pixels)).toEqual([...pattern(7), ...pattern(7)]);
    expect([sourceRows, badRows.count]).toEqual([bad.length + 2, bad.length]);
    expect(badRows.first).toHaveLength(5);
    expect(badRows.first[0]).toBe('line 3: found 2303 pixels, expected 2304 (48x48)');
  });

  it.each([
    ['a header alone', `${HEADER}\n`, 'it has a header but no rows'],
    ['no header', `${good}\n${good}`, 'line 1: unknown header "3,0 7 14'],
    ['another table', 'a,b\n1,2\n', 'line 1: unknown header "a,b"; expected emotion,pixels,Usage'],
    ['a column twice', 'emotion,pixels,pixels\n', 'line 1: unknown header'],
    ['a packed nothing', gzipSync(''), 'line 1: unknown header ""'],
    [
      'bad rows alone',
      `${HEADER}\n1,2\n`,
      'none of its 1 rows has a face; 0 are mapped to none, 1 are malformed; first error: line 2: found 2 columns',
    ],
  ])('refuses %s even when bad rows are skipped', async (_, content, problem) => {
    const path = write(content);
    const error = await readFer2013(path, { skipBadRows: true, names }, silent).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(UserError);
    expect(error.message).toContain(path);
    expect(error.message).toContain(problem);
  });
});
