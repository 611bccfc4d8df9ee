/** Who is seen in the pictures: light and dark skin, a woman, a man, a child, glasses. */
import type { Emotion } from '../../../ml/core/emotions.ts';
import type { Identity } from '../../../ml/data/synthetic/identity.ts';
import { type Character, PEOPLE } from '../page/sources/drawn/people.ts';
import { hue } from '../page/sources/drawn/portrait.ts';

/** A person with an effect. */
export interface Photograph {
  readonly character: Character;
  readonly emotion: Emotion;
  /** 0..1. */
  readonly intensity: number;
  /** For which the effect has been there. */
  readonly seconds: number;
}

const [MAYA, NOAH] = PEOPLE;

function like(
  { sitter, ...character }: Character,
  identity: Partial<Identity>,
  colors: Partial<Omit<Character, 'sitter' | 'looks'>>,
): Character {
  return { ...character, ...colors, sitter: { ...sitter, identity: { ...sitter.identity, ...identity } } };
}

const LIGHT_WOMAN = like(
  MAYA,
  { skin: 0.84, hair: 0.5, browDarkness: 0.55, glasses: 'clear', eyeSize: 1.02 },
  { skin: hue(1.16, 0.96, 0.86), hair: hue(1.3, 0.98, 0.6), iris: hue(0.75, 1.05, 1.3), shirt: hue(0.9, 0.75, 1.35) },
);

const DARK_MAN = like(
  NOAH,
  { skin: 0.3, hair: 0.05, beard: 0.55, moustache: 0.5, browDarkness: 0.9, lipThickness: 0.065, noseWidth: 0.15 },
  { skin: hue(1.36, 0.9, 0.66), shirt: hue(0.55, 1.05, 0.8), cloth: 0.7 },
);

const CHILD = like(
  MAYA,
  {
    skin: 0.72,
    hair: 0.28,
    hairStyle: 'fringe',
    faceWidth: 0.82,
    jawWidth: 0.93,
    eyeDistance: 0.35,
    eyeSize: 1.28,
    noseLength: -0.05,
    noseWidth: 0.1,
    mouthWidth: 0.22,
    browThickness: 0.022,
    age: 0,
  },
  { skin: hue(1.22, 0.94, 0.78), hair: hue(1.45, 0.93, 0.62), shirt: hue(1.3, 1, 0.35), cloth: 0.75 },
);

export const MODELS: readonly Character[] = [MAYA, NOAH, LIGHT_WOMAN, DARK_MAN, CHILD];
