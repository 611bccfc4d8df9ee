/** Texts and emoji as pictures that are drawn once and kept, since letters, and emoji above all, are slow to draw. */

const FONT = '"DejaVu Sans Mono", ui-monospace, Menlo, Consolas, monospace';
const EMOJI_FONT = '"Apple Color Emoji", "Segoe UI Emoji", "Noto Color Emoji", sans-serif';
/** Height of a line in parts of the font's size. */
const LINE = 1.2;
/** Parts of the font's size: a dark rim, without which white letters cannot be read over a bright picture. */
const RIM = 0.12;
/** A font's size that texts are measured at. */
const SAMPLE = 100;
/** Pictures that are kept; those that were not used for longest are given up. */
const KEPT = 256;
/** The largest emoji that is kept; larger ones are enlarged. */
const LARGEST = 512;

/** Width and height of a text in parts of the font's size. */
export interface TextSize {
  readonly width: number;
  readonly height: number;
}

/** A picture of a text, and where it lies about the middle of the text's box: pixels. */
export interface Lettering {
  readonly picture: HTMLCanvasElement;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const PICTOGRAM = /^(?:\p{Extended_Pictographic}|\p{Emoji_Modifier}|\p{Regional_Indicator}|[\u200d\ufe0f\u20e3])+$/u;

/** Whether it is emoji and nothing else. */
export function isEmoji(text: string): boolean {
  return PICTOGRAM.test(text);
}

function createCanvas(width: number, height: number) {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.ceil(width));
  canvas.height = Math.max(1, Math.ceil(height));
  // In the processor's memory, where what it is drawn on lies too.
  return { canvas, context: canvas.getContext('2d', { willReadFrequently: true })! };
}

/** Draws texts, and remembers how. */
export class Letterer {
  readonly #ruler = createCanvas(1, 1).context;
  readonly #sizes = new Map<string, TextSize>();
  readonly #pictures = new Map<string, Lettering>();

  /** How large a text is; emoji count as squares. */
  measure(text: string): TextSize {
    if (isEmoji(text)) return { width: 1, height: 1 };
    return remember(this.#sizes, text, () => {
      const lines = text.split('\n');
      this.#ruler.font = `${SAMPLE}px ${FONT}, ${EMOJI_FONT}`;
      const widths = lines.map((line) => this.#ruler.measureText(line).width / SAMPLE);
      return { width: Math.max(...widths, 0.01), height: LINE * lines.length };
    });
  }

  /**
   * @param size of the font in pixels; of an emoji its side.
   * @param align -1 left, 0 centre, 1 right.
   * @param color of CSS, opaque; emoji have their own.
   */
  write(text: string, size: number, align: -1 | 0 | 1, color: string): Lettering {
    if (isEmoji(text)) return this.#emoji(text, size);
    const whole = Math.max(1, Math.floor(size));
    const key = [text, whole, align, color].join('\n');
    return remember(this.#pictures, key, () => this.#letters(text, whole, align, color));
  }

  #letters(text: string, size: number, align: -1 | 0 | 1, color: string): Lettering {
    const { width, height } = this.measure(text);
    const margin = Math.ceil(RIM * size);
    const { canvas, context } = createCanvas(width * size + 2 * margin, height * size + 2 * margin);
    context.font = `${size}px ${FONT}, ${EMOJI_FONT}`;
    context.textBaseline = 'middle';
    context.textAlign = align < 0 ? 'left' : align > 0 ? 'right' : 'center';
    context.lineJoin = 'round';
    context.lineWidth = 2 * RIM * size;
    context.strokeStyle = 'rgb(0 0 0 / 0.65)';
    context.fillStyle = color;
    const x = margin + ((align + 1) / 2) * width * size;
    const lines = text.split('\n').map((line, i) => [line, margin + (i + 0.5) * LINE * size] as const);
    for (const [line, y] of lines) context.strokeText(line, x, y);
    for (const [line, y] of lines) context.fillText(line, x, y);
    const [left, top] = [-(width * size) / 2 - margin, -(height * size) / 2 - margin];
    return { picture: canvas, left, top, width: canvas.width, height: canvas.height };
  }

  /** Emoji are kept in sizes a half larger each, and brought to the wanted one as they are drawn. */
  #emoji(text: string, size: number): Lettering {
    const step = Math.ceil(Math.log(Math.max(8, size) / 8) / Math.log(1.5));
    const kept = Math.min(LARGEST, Math.ceil(8 * 1.5 ** step));
    const { picture } = remember(this.#pictures, `${text}\n${kept}`, () => drawEmoji(text, kept));
    return { picture, left: -size / 2, top: -size / 2, width: size, height: size };
  }
}

/** An emoji that fills a square: its ink is measured, since fonts differ in how they place it. */
function drawEmoji(text: string, side: number): Lettering {
  const { canvas, context } = createCanvas(side, side);
  context.font = `${SAMPLE}px ${EMOJI_FONT}`;
  const ink = context.measureText(text);
  const width = ink.actualBoundingBoxLeft + ink.actualBoundingBoxRight;
  const height = ink.actualBoundingBoxAscent + ink.actualBoundingBoxDescent;
  const factor = side / Math.max(width, height, 1);
  context.font = `${SAMPLE * factor}px ${EMOJI_FONT}`;
  const x = side / 2 - (factor * (ink.actualBoundingBoxRight - ink.actualBoundingBoxLeft)) / 2;
  const y = side / 2 + (factor * (ink.actualBoundingBoxAscent - ink.actualBoundingBoxDescent)) / 2;
  context.fillText(text, x, y);
  return { picture: canvas, left: -side / 2, top: -side / 2, width: side, height: side };
}

/** What a map has for a key, or what is made for it now; when there are too many, what was not used for longest goes. */
export function remember<T>(map: Map<string, T>, key: string, make: () => T, most = KEPT): T {
  const value = map.get(key) ?? make();
  // A map keeps the order in which its keys were set.
  map.delete(key);
  if (map.size >= most) map.delete(map.keys().next().value!);
  map.set(key, value);
  return value;
}
