/**
 * Voices of a synthesiser that gives the same bytes on every machine: only additions, products, quotients and seeded
 * random numbers are used, since `Math.sin`, `Math.exp` and the like may differ in their last bits between engines.
 */
import type { Random } from '../../../../ml/core/random.ts';
import { noiseFilter } from './filter.ts';
import { RATE, sine } from './sine.ts';

/** One note: a tone, or noise with a filter. */
export interface Voice {
  /** `hiss` is noise about a frequency, `rumble` noise below it. */
  readonly wave: 'sine' | 'triangle' | 'hiss' | 'rumble';
  /** When it begins, in seconds. */
  readonly at: number;
  /** How long it is, in seconds. */
  readonly length: number;
  /** Frequency in hertz, or from one to another over the length. */
  readonly hertz: number | readonly [from: number, to: number];
  /** Amplitude, 1 is the loudest of a sound. */
  readonly gain: number;
  /** Seconds in which it grows from silence; 0.005 if left out. */
  readonly attack?: number;
  /** Seconds in which it falls to 1/e after that; it stays if left out. */
  readonly decay?: number;
  /** How often a second it swells, and how far down it goes, 0 not at all to 1 to silence. */
  readonly tremolo?: { readonly hertz: number; readonly depth: number };
}

const ATTACK = 0.005;
const RELEASE = 0.02;

/** Adds a voice to a sound; what lies beyond its end is left out. */
export function addVoice(sound: Float64Array, voice: Voice, random: Random): void {
  const { wave, at, length, hertz, attack = ATTACK, decay, gain, tremolo } = voice;
  const first = Math.round(at * RATE);
  const count = Math.min(Math.round(length * RATE), sound.length - first);
  const [from, to] = typeof hertz === 'number' ? [hertz, hertz] : hertz;
  const next = wave === 'hiss' || wave === 'rumble' ? noiseFilter(wave, random) : oscillator(wave);
  const keep = decay === undefined ? 1 : 1 - 1 / (decay * RATE);
  let fall = 1;
  for (let i = 0; i < count; i++) {
    const time = i / RATE;
    if (time > attack) fall *= keep;
    const ends = Math.min(1, time / attack, (count - i) / (RELEASE * RATE));
    const swell = tremolo ? 1 - tremolo.depth * (0.5 - 0.5 * sine(tremolo.hertz * time)) : 1;
    sound[first + i] += gain * fall * ends * swell * next(from + (to - from) * (i / count));
  }
}

/** Gives one sample after the other of a tone whose frequency may change. */
function oscillator(wave: 'sine' | 'triangle'): (hertz: number) => number {
  const shape = wave === 'sine' ? sine : triangle;
  let phase = 0;
  return (hertz) => {
    const value = shape(phase);
    phase += hertz / RATE;
    phase -= Math.floor(phase);
    return value;
  };
}

/** @param turns any number; 0 gives 0, a quarter 1. */
function triangle(turns: number): number {
  const quarter = turns + 0.25;
  return 1 - 4 * Math.abs(quarter - Math.floor(quarter) - 0.5);
}
