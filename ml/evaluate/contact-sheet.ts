import sharp from 'sharp';

/** One picture of a contact sheet. */
export interface Tile {
  /** Grey values, [size, size]. */
  readonly pixels: Uint8Array;
  readonly size: number;
  /** A short line below it. */
  readonly caption?: string;
  /** Colour of its frame. */
  readonly tone?: 'good' | 'bad' | 'plain';
  /** Points to draw on it: x and y in its pixels, from its top left, interleaved. */
  readonly points?: Float32Array;
}

export interface SheetOptions {
  readonly columns: number;
  /** Side of a tile on the sheet in pixels. */
  readonly tileSize: number;
  readonly title?: string;
}

const GAP = 8;
const FRAME = 3;
const CAPTION_HEIGHT = 18;
const TITLE_HEIGHT = 34;
const COLOURS = { good: '#2e9e5b', bad: '#d64545', plain: '#d9dde3' } as const;
const POINT = { radius: 1.6, colour: '#19e619' } as const;

/**
 * Lays tiles out in rows, each scaled to the same size, with captions.
 * @returns a PNG.
 * @throws Error if there are no tiles.
 */
export async function contactSheet(
  tiles: readonly Tile[],
  { columns, tileSize, title }: SheetOptions,
): Promise<Uint8Array> {
  if (tiles.length === 0) throw new Error('a contact sheet needs at least one tile');
  const captioned = tiles.some(({ caption }) => caption !== undefined);
  const cell = {
    width: tileSize + 2 * FRAME + GAP,
    height: tileSize + 2 * FRAME + GAP + (captioned ? CAPTION_HEIGHT : 0),
  };
  const top = GAP + (title === undefined ? 0 : TITLE_HEIGHT);
  const width = GAP + Math.min(columns, tiles.length) * cell.width;
  const height = top + Math.ceil(tiles.length / columns) * cell.height;
  const places = tiles.map((tile, i) => ({
    tile,
    left: GAP + (i % columns) * cell.width,
    top: top + Math.floor(i / columns) * cell.height,
  }));
  const pictures = places.map(async ({ tile, left, top: y }) => ({
    input: await sharp(tile.pixels, { raw: { width: tile.size, height: tile.size, channels: 1 } })
      .resize(tileSize, tileSize, { kernel: 'cubic' })
      .png()
      .toBuffer(),
    left: left + FRAME,
    top: y + FRAME,
  }));
  const frames = places.map(({ tile, left, top: y }) => {
    const side = tileSize + 2 * FRAME;
    const frame = `<rect x="${left}" y="${y}" width="${side}" height="${side}" rx="3" fill="${COLOURS[tile.tone ?? 'plain']}"/>`;
    const caption = tile.caption === undefined ? '' : text(tile.caption, left + side / 2, y + side + 13, 11, 'middle');
    return frame + caption;
  });
  const points = places.map(({ tile, left, top: y }) => dots(tile, left + FRAME, y + FRAME, tileSize));
  const heading = title === undefined ? '' : text(title, GAP, GAP + 20, 16, 'start');
  const layer = (content: string) => ({
    input: Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${content}</svg>`),
    left: 0,
    top: 0,
  });
  return sharp({ create: { width, height, channels: 3, background: '#ffffff' } })
    .composite([layer(heading + frames.join('')), ...(await Promise.all(pictures)), layer(points.join(''))])
    .png()
    .toBuffer();
}

/** A tile's points where it lies on the sheet. */
function dots({ points = new Float32Array(), size }: Tile, left: number, top: number, tileSize: number): string {
  const at = (pixel: number) => ((pixel / size) * tileSize).toFixed(1);
  const circles = Array.from({ length: points.length / 2 }, (_, i) => {
    return `<circle cx="${at(points[2 * i])}" cy="${at(points[2 * i + 1])}" r="${POINT.radius}"/>`;
  });
  // A nested picture cuts off points beyond the tile.
  return `<svg x="${left}" y="${top}" width="${tileSize}" height="${tileSize}" fill="${POINT.colour}">${circles.join('')}</svg>`;
}

function text(content: string, x: number, y: number, size: number, anchor: 'start' | 'middle'): string {
  const escaped = content.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
  return `<text x="${x}" y="${y}" font-family="Helvetica, Arial, sans-serif" font-size="${size}" fill="#1f2933" text-anchor="${anchor}">${escaped}</text>`;
}
