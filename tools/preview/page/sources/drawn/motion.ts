/** How a drawn person's head moves: gently and without end. */

/** Where a head is, in parts of its own size. */
export interface HeadMotion {
  /** To the right and down, in half faces' heights. */
  readonly x: number;
  readonly y: number;
  /** Radians, clockwise. */
  readonly roll: number;
  /** Factor to its size. */
  readonly size: number;
}

/** A sum of two waves whose periods have no common measure, −1..1. */
function sway(time: number, period: number, phase: number): number {
  const turns = (2 * Math.PI * time) / period + phase;
  return 0.65 * Math.sin(turns) + 0.35 * Math.sin(1.618 * turns + 1);
}

/** @param time seconds. @param person its number, so that two move differently. */
export function headMotion(time: number, person: number): HeadMotion {
  const phase = 2.4 * person;
  return {
    x: 0.16 * sway(time, 7, phase),
    y: 0.07 * sway(time, 5, phase + 2),
    roll: 0.11 * sway(time, 6.3, phase + 1),
    size: 1 + 0.07 * sway(time, 11, phase + 3),
  };
}
