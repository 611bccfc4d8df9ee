/** The sprite sheets of the effects: what lies in the PNG files next to this one, which `npm run lens:art` draws. */
import { type SpriteSheet as SheetGrid, SPRITE_SHEETS } from '../../../../lens/Assets/Effects/SpriteSheets.ts';

export type SheetName = keyof typeof SPRITE_SHEETS;

/**
 * A grid of square cells of equal size, frames row by row from the top left; straight alpha, at least two transparent pixels
 * around the art of each cell. Columns and rows are powers of two, so that the sheet's sides are too.
 */
export interface SpriteSheet extends SheetGrid {
  /** The file's name without `.png`. */
  readonly name: SheetName;
  /** Frames: `columns · rows`. */
  readonly frames: number;
  /** Side of a cell in pixels, a power of two. */
  readonly cell: number;
}

/** Cells that are seen large. */
const LARGE: readonly SheetName[] = ['StormCloud', 'ComicEye'];

export const SHEETS: readonly SpriteSheet[] = (Object.keys(SPRITE_SHEETS) as SheetName[]).map((name) => {
  const grid = SPRITE_SHEETS[name];
  return { name, ...grid, frames: grid.columns * grid.rows, cell: LARGE.includes(name) ? 256 : 128 };
});
