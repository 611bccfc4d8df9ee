/** The seven sounds of the shipped effects, synthesised: no recording is used, and the bytes never change. */
import { EMOTIONS, type Emotion } from '../../../ml/core/emotions.ts';
import { Random } from '../../../ml/core/random.ts';
import { RECIPES, type Recipe } from './recipes.ts';
import { addRoom } from './synth/room.ts';
import { RATE } from './synth/sine.ts';
import { addVoice } from './synth/voice.ts';
import { encodeWav } from './synth/wav.ts';

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
