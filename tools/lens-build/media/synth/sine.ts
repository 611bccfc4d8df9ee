/** Samples a second of every sound. */
export const RATE = 22_050;

/**
 * The sine of 2π · `turns`, as a polynomial with an error below 1e−6: the same bits on every machine.
 * @param turns any number.
 */
export function sine(turns: number): number {
  const whole = turns - Math.floor(turns + 0.5);
  // The second and third quarter mirror the first and fourth, where the series converges fast.
  const folded = whole > 0.25 ? 0.5 - whole : whole < -0.25 ? -0.5 - whole : whole;
  const x = 6.283185307179586 * folded;
  const y = x * x;
  return x * (1 - (y / 6) * (1 - (y / 20) * (1 - (y / 42) * (1 - (y / 72) * (1 - y / 110)))));
}
