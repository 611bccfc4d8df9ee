import type { Random } from '../../../../ml/core/random.ts';
import { RATE, sine } from './sine.ts';

/** Damping: the lower, the narrower and the more like a tone. */
const DAMPING = { hiss: 0.5, rumble: 1.2 } as const;

/**
 * White noise through a state-variable filter in its topology-preserving form (Zavalishin, The Art of VA Filter Design,
 * 2018), which stays stable while its frequency moves.
 * @returns gives one sample after the other for a frequency in hertz, below half the rate.
 */
export function noiseFilter(kind: keyof typeof DAMPING, random: Random): (hertz: number) => number {
  const damping = DAMPING[kind];
  let [first, second] = [0, 0];
  return (hertz) => {
    const turns = hertz / RATE / 2;
    const g = sine(turns) / sine(turns + 0.25);
    const scale = 1 / (1 + g * (g + damping));
    const high = random.uniform(-1, 1) - second;
    const band = scale * (first + g * high);
    const low = second + g * band;
    first = 2 * band - first;
    second = 2 * low - second;
    return kind === 'hiss' ? damping * band : low;
  };
}
