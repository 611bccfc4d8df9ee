/**
 * The seven sounds of the shipped effects, synthesized: no recording is used, and the bytes never change. Frequencies are in
 * hertz, times in seconds.
 */
import { EMOTIONS, type Emotion } from '../../../ml/core/emotions.ts';
import { Random } from '../../../ml/core/random.ts';
import { addRoom, addVoice, encodeWav, RATE, type Voice } from './synthesizer.ts';

/** −3 dB of full scale: loudspeakers of phones distort what is louder. */
const PEAK = 0.7079;
/** Seconds in which a sound begins and ends, so that it does not click. */
const FADE_IN = 0.003;
const FADE_OUT = 0.1;

/** A WAV file for each expression: mono, 16 bits, 22,050 Hz, under two seconds. */
export function synthesizeSounds(): Record<Lowercase<Emotion>, Uint8Array> {
  const sounds = EMOTIONS.map((emotion, index) => {
    const name = emotion.toLowerCase() as Lowercase<Emotion>;
    return [name, encodeWav(mix(RECIPES[name], new Random(index)))];
  });
  return Object.fromEntries(sounds) as Record<Lowercase<Emotion>, Uint8Array>;
}

function mix({ seconds, room, voices }: Recipe, random: Random): Float64Array {
  const sound = new Float64Array(Math.round(seconds * RATE));
  for (const voice of voices) addVoice(sound, voice, random);
  addRoom(sound, room);
  const last = sound.length - 1;
  const faded = sound.map((value, i) => value * Math.min(1, i / (FADE_IN * RATE), (last - i) / (FADE_OUT * RATE)));
  const peak = faded.reduce((highest, value) => Math.max(highest, Math.abs(value)), 0);
  return faded.map((value) => (value / peak) * PEAK);
}

/** A sound: its voices in a room. */
export interface Recipe {
  readonly seconds: number;
  /** How loud the echoes of the room are, 0 none. */
  readonly room: number;
  readonly voices: readonly Voice[];
}

/** Calls `make` for `count` moments between `from` and `to`, spread evenly but not regularly. */
function scatter(count: number, from: number, to: number, make: (at: number, random: Random) => Voice): Voice[] {
  const random = new Random(count, Math.round(1000 * from));
  return Array.from({ length: count }, (_, i) =>
    make(from + ((to - from) * (i + random.uniform(0, 0.8))) / count, random),
  );
}

/** A small bell: a tone with two overtones that die faster. */
function bell(at: number, hertz: number, gain: number, decay: number): Voice[] {
  return [
    { wave: 'sine', at, length: 4 * decay, hertz, gain, decay },
    { wave: 'sine', at, length: 2 * decay, hertz: 2.01 * hertz, gain: 0.35 * gain, decay: decay / 2 },
    { wave: 'sine', at, length: decay, hertz: 3.03 * hertz, gain: 0.15 * gain, decay: decay / 4 },
  ];
}

const sparkle =
  (low: number, high: number, gain: number) =>
  (at: number, random: Random): Voice => ({
    wave: 'sine',
    at,
    length: 0.2,
    hertz: random.uniform(low, high),
    gain: gain * random.uniform(0.5, 1),
    decay: 0.05,
  });

const RECIPES: Readonly<Record<Lowercase<Emotion>, Recipe>> = {
  // Growl and rumble, and the steam that comes after.
  angry: {
    seconds: 1.5,
    room: 0.15,
    voices: [
      {
        wave: 'triangle',
        at: 0,
        length: 1.1,
        hertz: [120, 78],
        gain: 0.7,
        attack: 0.04,
        decay: 0.6,
        tremolo: { hertz: 24, depth: 0.7 },
      },
      { wave: 'triangle', at: 0, length: 1.1, hertz: [61, 40], gain: 0.5, attack: 0.04, decay: 0.6 },
      { wave: 'rumble', at: 0, length: 1.2, hertz: [260, 140], gain: 1.6, attack: 0.05, decay: 0.5 },
      { wave: 'hiss', at: 0.3, length: 1.15, hertz: [3200, 5600], gain: 0.75, attack: 0.05, decay: 0.35 },
    ],
  },
  // Glugs that rise like bubbles, and something wet.
  disgust: {
    seconds: 1.35,
    room: 0.12,
    voices: [
      ...scatter(5, 0, 1.05, (at, random) => {
        const low = random.uniform(120, 190);
        return {
          wave: 'sine',
          at,
          length: 0.17,
          hertz: [low, low * random.uniform(2.2, 3)],
          gain: random.uniform(0.7, 1),
          attack: 0.025,
          decay: 0.09,
        };
      }),
      ...scatter(9, 0.1, 1.1, (at, random) => {
        const low = random.uniform(350, 620);
        return {
          wave: 'sine',
          at,
          length: 0.07,
          hertz: [low, 1.8 * low],
          gain: random.uniform(0.15, 0.3),
          attack: 0.01,
        };
      }),
      { wave: 'rumble', at: 0, length: 1.1, hertz: [500, 180], gain: 0.6, tremolo: { hertz: 6, depth: 0.9 } },
    ],
  },
  // Close low tones that beat and tremble, with a cold draught.
  fear: {
    seconds: 1.7,
    room: 0.3,
    voices: [
      ...[147, 156, 220].map(
        (hertz, i): Voice => ({
          wave: 'triangle',
          at: 0,
          length: 1.6,
          hertz: [hertz, 1.06 * hertz],
          gain: [0.6, 0.6, 0.35][i],
          attack: 0.25,
          tremolo: { hertz: 7.5, depth: 0.8 },
        }),
      ),
      { wave: 'hiss', at: 0, length: 1.6, hertz: [700, 1300], gain: 0.35, attack: 0.5 },
    ],
  },
  // An arpeggio of C major with sparkles above.
  happy: {
    seconds: 1.4,
    room: 0.3,
    voices: [
      ...[1046.5, 1318.5, 1568, 2093, 2637].flatMap((hertz, i) => bell(0.085 * i, hertz, 0.8, i === 4 ? 0.3 : 0.16)),
      ...scatter(12, 0.3, 1.1, sparkle(3500, 7000, 0.25)),
    ],
  },
  // Two soft notes of a chime, and air.
  neutral: {
    seconds: 1.5,
    room: 0.35,
    voices: [
      ...bell(0, 659.3, 0.7, 0.4),
      ...bell(0.14, 987.8, 0.55, 0.4),
      { wave: 'hiss', at: 0, length: 1.3, hertz: [1800, 3000], gain: 0.12, attack: 0.3, decay: 0.4 },
    ],
  },
  // A minor chord that sinks, and drops of rain.
  sad: {
    seconds: 1.9,
    room: 0.3,
    voices: [
      ...[220, 261.6, 329.6].map(
        (hertz): Voice => ({
          wave: 'triangle',
          at: 0,
          length: 1.8,
          hertz: [hertz, 0.89 * hertz],
          gain: 0.5,
          attack: 0.2,
          decay: 0.9,
        }),
      ),
      ...scatter(14, 0.1, 1.6, (at, random) => {
        const high = random.uniform(1100, 2400);
        return {
          wave: 'sine',
          at,
          length: 0.12,
          hertz: [high, 0.75 * high],
          gain: random.uniform(0.12, 0.35),
          decay: 0.025,
        };
      }),
    ],
  },
  // A slide up, a pop, and confetti.
  surprise: {
    seconds: 1.25,
    room: 0.25,
    voices: [
      { wave: 'triangle', at: 0, length: 0.34, hertz: [260, 1300], gain: 0.55, attack: 0.05 },
      ...[0, 0.08, 0.16, 0.24].map(
        (at, i): Voice => ({ wave: 'sine', at, length: 0.12, hertz: 1300 + 700 * i, gain: 0.25, decay: 0.04 }),
      ),
      { wave: 'sine', at: 0.36, length: 0.12, hertz: [900, 160], gain: 1.2, attack: 0.002, decay: 0.05 },
      { wave: 'hiss', at: 0.36, length: 0.1, hertz: 2500, gain: 1, attack: 0.002, decay: 0.02 },
      ...scatter(14, 0.42, 1, sparkle(2500, 6500, 0.3)),
    ],
  },
};
