import { RATE } from './sine.ts';

/** Delays in seconds and feedback of a small room. */
const COMBS = [0.0297, 0.0371, 0.0411, 0.0437];
const COMB_FEEDBACK = 0.74;
const ALL_PASSES = [0.005, 0.0017];
const ALL_PASS_FEEDBACK = 0.7;

/**
 * Adds the echoes of a small room: parallel combs and two all-passes after them (Schroeder 1962).
 * @param wet how loud the echoes are, 0 none.
 */
export function addRoom(sound: Float64Array, wet: number): void {
  const echoes = new Float64Array(sound.length);
  for (const seconds of COMBS) {
    const comb = delayed(sound, seconds, (input, old) => input + COMB_FEEDBACK * old);
    for (let i = 0; i < echoes.length; i++) echoes[i] += comb[i] / COMBS.length;
  }
  const blurred = ALL_PASSES.reduce((input, seconds) => {
    const inner = delayed(input, seconds, (value, old) => value + ALL_PASS_FEEDBACK * old);
    const delay = Math.round(seconds * RATE);
    return inner.map((value, i) => (i < delay ? 0 : inner[i - delay]) - ALL_PASS_FEEDBACK * value);
  }, echoes);
  for (let i = 0; i < sound.length; i++) sound[i] += wet * blurred[i];
}

/** Runs a line whose output comes back after a delay. */
function delayed(sound: Float64Array, seconds: number, next: (input: number, old: number) => number): Float64Array {
  const delay = Math.round(seconds * RATE);
  const out = new Float64Array(sound.length);
  for (let i = 0; i < out.length; i++) out[i] = next(sound[i], i < delay ? 0 : out[i - delay]);
  return out;
}
