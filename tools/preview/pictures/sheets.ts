/** Arranges photographs on sheets: the README's picture of the seven effects, and the contact sheet. */
import sharp from 'sharp';
import { EMOTIONS, type Emotion } from '../../../ml/core/emotions.ts';
import { ACCENT, INK, label, MUTED, PAPER } from '../../lens-build/media/pictures/drawing.ts';
import { MODELS } from './people.ts';
import type { Studio } from './studio.ts';

/** What is said of an effect, and the moment at which it shows most, in seconds from its entrance. */
const EFFECTS: Readonly<Record<Emotion, { readonly caption: string; readonly seconds: number }>> = {
  Angry: { caption: 'steam, narrow eyes, red heat', seconds: 2.4 },
  Disgust: { caption: 'waves of green, bubbles', seconds: 2.6 },
  Fear: { caption: 'a tunnel, grain, wide eyes', seconds: 1.3 },
  Happy: { caption: 'sparkles, hearts, golden light', seconds: 3.5 },
  Sad: { caption: 'rain on glass, a cloud, tears', seconds: 2.6 },
  Surprise: { caption: 'rays, large eyes, confetti', seconds: 1.1 },
  Neutral: { caption: 'petals, a calm light', seconds: 5 },
};

/** A photograph on its sheet, in pixels. */
interface Tile {
  readonly left: number;
  readonly top: number;
  readonly png: Uint8Array;
}

const OVERVIEW = { columns: 4, width: 232, height: 312, gap: 20, caption: 58 };
/** How strong an effect is in the README. */
const SHOWN = 0.9;

/** The seven effects, and a place for the creator's own. */
export async function effectsSheet(studio: Studio): Promise<Uint8Array> {
  const { columns, width, height, gap, caption } = OVERVIEW;
  const at = (index: number) => ({
    left: gap + (index % columns) * (width + gap),
    top: gap + Math.floor(index / columns) * (height + caption),
  });
  const tiles: Tile[] = [];
  const labels: string[] = [];
  for (const [index, emotion] of EMOTIONS.entries()) {
    const { left, top } = at(index);
    const character = MODELS[index % MODELS.length];
    const { caption: what, seconds } = EFFECTS[emotion];
    const photograph = await studio.photograph({ character, emotion, intensity: SHOWN, seconds });
    tiles.push({ left, top, png: await cut(photograph, width, height, 14) });
    labels.push(named(left + width / 2, top + height, emotion, what));
  }
  const { left, top } = at(EMOTIONS.length);
  const [x, y] = [left + width / 2, top + height / 2];
  labels.push(`
    <rect x="${left + 2}" y="${top + 2}" width="${width - 4}" height="${height - 4}" rx="14" fill="#fff" stroke="${ACCENT}" stroke-width="2.5" stroke-dasharray="9 8"/>
    <path d="M${x - 26} ${y} H${x + 26} M${x} ${y - 26} V${y + 26}" stroke="${ACCENT}" stroke-width="8" stroke-linecap="round"/>
    ${named(x, top + height, 'Yours', 'one small file')}`);
  return compose(gap + columns * (width + gap), gap + 2 * (height + caption), labels.join(''), tiles);
}

function named(x: number, y: number, name: string, caption: string): string {
  return `${label(x, y + 22, name, 17, `fill="${INK}" font-weight="bold"`)}
    ${label(x, y + 41, caption, 13, `fill="${MUTED}"`)}`;
}

const CONTACT = { width: 108, height: 192, gap: 4, left: 86, top: 46, between: 10 };
const STRENGTHS = [0.3, 0.7, 1];

/** Each effect at several strengths on all people. */
export async function contactSheet(studio: Studio): Promise<Uint8Array> {
  const { width, height, gap, between } = CONTACT;
  const person = STRENGTHS.length * (width + gap) + between;
  const xOf = (index: number, strength: number) => CONTACT.left + index * person + strength * (width + gap);
  const yOf = (row: number) => CONTACT.top + row * (height + gap);
  const tiles: Tile[] = [];
  const labels = MODELS.flatMap((_, index) =>
    STRENGTHS.map((strength, i) => label(xOf(index, i) + width / 2, CONTACT.top - 12, String(strength), 15)),
  );
  for (const [row, emotion] of EMOTIONS.entries()) {
    labels.push(label(CONTACT.left / 2, yOf(row) + height / 2, emotion, 15, `fill="${INK}" font-weight="bold"`));
    for (const [index, character] of MODELS.entries())
      for (const [i, intensity] of STRENGTHS.entries()) {
        const { seconds } = EFFECTS[emotion];
        const photograph = await studio.photograph({ character, emotion, intensity, seconds });
        tiles.push({ left: xOf(index, i), top: yOf(row), png: await cut(photograph, width, height, 4) });
      }
  }
  return compose(xOf(MODELS.length, 0), yOf(EMOTIONS.length) + between, labels.join(''), tiles);
}

/** The upper middle of a photograph, where the head is, with round corners. */
function cut(photograph: Uint8Array, width: number, height: number, radius: number): Promise<Uint8Array> {
  const corners = `<svg width="${width}" height="${height}"><rect width="${width}" height="${height}" rx="${radius}"/></svg>`;
  return sharp(photograph)
    .resize(width, height, { fit: 'cover' })
    .composite([{ input: Buffer.from(corners), blend: 'dest-in' }])
    .png()
    .toBuffer();
}

function compose(width: number, height: number, drawing: string, tiles: readonly Tile[]): Promise<Uint8Array> {
  const paper = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">
    <rect width="${width}" height="${height}" rx="18" fill="${PAPER}"/>${drawing}</svg>`;
  return (
    sharp(Buffer.from(paper))
      .composite(tiles.map(({ left, top, png }) => ({ left, top, input: Buffer.from(png) })))
      // Less noise of dithering than usual: it is most of the file.
      .png({ palette: true, colours: 256, dither: 0.4, compressionLevel: 9, effort: 10 })
      .toBuffer()
  );
}
