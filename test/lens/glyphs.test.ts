import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

/**
 * Emoji that came after 2019 (Unicode 13 and later), and the joiner of sequences, of which phones of that time know few.
 * Everything from U+1FA96 on is left to them.
 */
const NEWER =
  /[\u{1f6d6}-\u{1f6df}\u{1f6fb}-\u{1f6ff}\u{1f7ec}-\u{1f7ff}\u{1f90c}\u{1f972}\u{1f977}-\u{1f979}\u{1f9a3}\u{1f9a4}\u{1f9ab}-\u{1f9ad}\u{1f9cb}\u{1f9cc}\u{1fa74}-\u{1fa77}\u{1fa7b}-\u{1fa7f}\u{1fa83}-\u{1fa8f}\u{1fa96}-\u{1ffff}\u200d]/gu;

const newerIn = (text: string): string[] => text.match(NEWER) ?? [];

const TEXTS = /\.(ts|md|scene|meta|json|esproj)$/;

describe('the glyphs of the lens', () => {
  it('are all from before 2020, so that older phones have them', () => {
    const files = readdirSync('lens', { recursive: true, encoding: 'utf8' }).filter((file) => TEXTS.test(file));
    const texts = files.map((file) => [file, readFileSync(join('lens', file), 'utf8')] as const);
    expect(texts.flatMap(([file, text]) => newerIn(text).map((glyph) => `${file}: ${glyph}`))).toEqual([]);
    // The effects have emoji, so that something was looked at.
    expect(texts.filter(([, text]) => /\p{Emoji_Presentation}/u.test(text)).length).toBeGreaterThan(6);
  });

  it.each(['🛖', '🟰', '🥲', '🥹', '🦭', '🧋', '🪴', '🪫', '🫠', '🫩', '❤️‍🔥'])('%s would be found', (glyph) => {
    expect(newerIn(glyph)).not.toEqual([]);
  });

  it.each(['🛕', '🟢', '🤢', '🧡', '🥰', '🦥', '🧊', '🪂', '🪐', '☁️', '💥'])('%s is old enough', (glyph) => {
    expect(newerIn(glyph)).toEqual([]);
  });
});
