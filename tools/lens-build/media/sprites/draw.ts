/** From drawings to a sprite sheet: rasterises each frame, bleeds its colours and packs it into a PNG. */
import sharp from 'sharp';
import { CELEBRATION } from './celebration.ts';
import { FACE } from './face.ts';
import type { Drawing } from './shading.ts';
import type { SheetName, SpriteSheet } from './sheets.ts';
import { WEATHER } from './weather.ts';

const DRAWINGS: Readonly<Record<SheetName, Drawing>> = { ...CELEBRATION, ...WEATHER, ...FACE };

/** Samples per pixel along each side. */
const SAMPLES = 2;
/** Below this opacity, eight bits no longer hold a colour well: it is taken from more opaque neighbours. */
const FAINT = 24;
/** How far colours bleed into what is transparent, in pixels; beyond, the cell has its mean colour, which compresses to nothing. */
const BLEED = 4;

/** The sheet as PNG: RGBA with straight alpha. */
export async function drawSheet(sheet: SpriteSheet): Promise<Uint8Array> {
  const { name, columns, rows, frames, cell } = sheet;
  const draw = DRAWINGS[name];
  const [width, height] = [columns * cell, rows * cell];
  const pixels = Buffer.alloc(width * height * 4);
  for (let frame = 0; frame < frames; frame++) {
    const moment = frame / (sheet.loops ? frames : frames - 1);
    const drawn = bleed(await rasterise(draw(moment), cell), cell);
    for (let y = 0; y < cell; y++) {
      const [row, column] = [Math.floor(frame / columns), frame % columns];
      pixels.set(drawn.subarray(4 * y * cell, 4 * (y + 1) * cell), 4 * ((row * cell + y) * width + column * cell));
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 4 } })
    .png({ compressionLevel: 9, adaptiveFiltering: true })
    .toBuffer();
}

/** A cell's pixels, RGBA, of which the mean of {@link SAMPLES}² samples is taken with colours weighted by opacity. */
async function rasterise(drawing: string, cell: number): Promise<Uint8Array> {
  const side = cell * SAMPLES;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${side}" height="${side}" viewBox="-64 -64 128 128">${drawing}</svg>`;
  const samples = await sharp(Buffer.from(svg)).ensureAlpha().raw().toBuffer();
  const pixels = new Uint8Array(cell * cell * 4);
  for (let y = 0; y < cell; y++)
    for (let x = 0; x < cell; x++) {
      const sum = [0, 0, 0, 0];
      for (let dy = 0; dy < SAMPLES; dy++)
        for (let dx = 0; dx < SAMPLES; dx++) {
          const at = 4 * ((y * SAMPLES + dy) * side + x * SAMPLES + dx);
          const alpha = samples[at + 3];
          for (let channel = 0; channel < 3; channel++) sum[channel] += samples[at + channel] * alpha;
          sum[3] += alpha;
        }
      const at = 4 * (y * cell + x);
      for (let channel = 0; channel < 3; channel++)
        pixels[at + channel] = sum[3] ? Math.round(sum[channel] / sum[3]) : 0;
      pixels[at + 3] = Math.round(sum[3] / SAMPLES ** 2);
    }
  return pixels;
}

/**
 * Gives faint and transparent pixels the colours of their neighbours, ring by ring: a texture is filtered between pixels, where
 * the colour under a transparent one would otherwise be seen as a fringe.
 */
function bleed(pixels: Uint8Array, cell: number): Uint8Array {
  const known = new Uint8Array(cell * cell);
  const mean = [0, 0, 0];
  let opacity = 0;
  for (let i = 0; i < known.length; i++) {
    const alpha = pixels[4 * i + 3];
    known[i] = alpha >= FAINT ? 1 : 0;
    for (let channel = 0; channel < 3; channel++) mean[channel] += alpha * pixels[4 * i + channel];
    opacity += alpha;
  }
  for (let ring = 0; ring < cell; ring++) {
    const found: [number, number, number, number][] = [];
    for (let i = 0; i < known.length; i++)
      if (!known[i] && (ring < BLEED || pixels[4 * i + 3] > 0)) {
        const colour = meanOfNeighbours(pixels, known, cell, i);
        if (colour) found.push([i, ...colour]);
      }
    if (found.length === 0) break;
    for (const [i, ...colour] of found) {
      pixels.set(colour, 4 * i);
      known[i] = 1;
    }
  }
  for (let i = 0; i < known.length; i++)
    if (!known[i])
      for (let channel = 0; channel < 3; channel++)
        pixels[4 * i + channel] = Math.round(mean[channel] / Math.max(1, opacity));
  return pixels;
}

function meanOfNeighbours(pixels: Uint8Array, known: Uint8Array, cell: number, i: number) {
  const [x, y] = [i % cell, Math.floor(i / cell)];
  const sum: [number, number, number] = [0, 0, 0];
  let weights = 0;
  for (let dy = -1; dy <= 1; dy++)
    for (let dx = -1; dx <= 1; dx++) {
      if (x + dx < 0 || x + dx >= cell || y + dy < 0 || y + dy >= cell) continue;
      const at = i + dy * cell + dx;
      if (!known[at]) continue;
      const weight = (pixels[4 * at + 3] + 1) / (1 + Math.abs(dx * dy));
      for (let channel = 0; channel < 3; channel++) sum[channel] += weight * pixels[4 * at + channel];
      weights += weight;
    }
  return weights > 0 && (sum.map((value) => Math.round(value / weights)) as typeof sum);
}
