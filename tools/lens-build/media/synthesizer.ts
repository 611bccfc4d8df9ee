/**
 * A synthesizer that gives the same bytes on every machine: only additions, products, quotients and seeded random numbers
 * are used, since `Math.sin`, `Math.exp` and the like may differ in their last bits between engines.
 */
import type { Random } from '../../../ml/core/random.ts';

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

const HEADER_BYTES = 44;

/**
 * A WAV file: PCM, one channel, 16 bits, little-endian.
 * @param samples −1 to 1.
 */
export function encodeWav(samples: Float64Array): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + 2 * samples.length);
  const view = new DataView(bytes.buffer);
  const tag = (offset: number, text: string) => bytes.set(new TextEncoder().encode(text), offset);
  tag(0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  tag(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, RATE, true);
  view.setUint32(28, 2 * RATE, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  tag(36, 'data');
  view.setUint32(40, 2 * samples.length, true);
  samples.forEach((value, i) => {
    view.setInt16(HEADER_BYTES + 2 * i, Math.round(32767 * value), true);
  });
  return bytes;
}
