import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nearestName, printable, withoutPasswords } from '../../ml/core/errors.ts';

describe('printable', () => {
  it.each([
    ['\u001b[2J\u001b]0;title\u0007', '\\u001b[2J\\u001b]0;title\\u0007'],
    ['\u009b31mred\u007f', '\\u009b31mred\\u007f'],
    ['gpj.\u202eexe\u2066', 'gpj.\\u202eexe\\u2066'],
    ['over\rwritten\r\nnext\tcell', 'over\\u000dwritten\nnext\tcell'],
    ['Größe 96×96 日本 😀', 'Größe 96×96 日本 😀'],
  ])('%j', (text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it('leaves JSON what it means', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const written = printable(JSON.stringify(value, null, 2));
        expect(written).not.toMatch(/(?!\n)[\p{Cc}\p{Bidi_Control}]/u);
        expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});

describe('the nearest name', () => {
  it.each([
    ['hapy', 'happy'],
    ['trian', 'train'],
    ['train', 'train'],
  ])('of %s is %s', (name, nearest) => {
    expect(nearestName(name, ['train', 'happy', 'neutral'])).toBe(nearest);
  });

  it.each(['joyful', 'hpyap', ''])('of %j is none: more than two edits away', (name) => {
    expect(nearestName(name, ['train', 'happy', 'neutral'])).toBeUndefined();
  });

  it('is none where nothing is known', () => {
    expect(nearestName('a', [])).toBeUndefined();
  });
});

it.each([
  ['worker --queue postgres://me:s3cret@host/db --jobs 2', 'worker --queue postgres://me:***@host/db --jobs 2'],
  ['postgres://me:s3:cr/et@host/db', 'postgres://me:***@host/db'],
  [
    'postgres://host/db?user=me&password=s3cret&sslmode=disable',
    'postgres://host/db?user=me&password=***&sslmode=disable',
  ],
  ['see https://example.org/a:b and me@example.org', 'see https://example.org/a:b and me@example.org'],
  ['postgres://me@host:5432/db', 'postgres://me@host:5432/db'],
])('keeps no password of a URL: %s', (text, shown) => {
  expect(withoutPasswords(text)).toBe(shown);
});
