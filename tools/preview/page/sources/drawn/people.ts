/** The drawn people of the preview. */
import type { Emotion } from '../../../../../ml/core/emotions.ts';
import type { Expression } from '../../../../../ml/data/synthetic/expressions.ts';
import { hue, type Person } from './portrait.ts';

/** A person, and how it shows each expression: what is left out is at rest. */
export interface Character extends Person {
  readonly looks: Readonly<Record<Emotion, Partial<Expression>>>;
}

/**
 * Found by a search among the people of the drawn data set, and among movements of their faces, for what the shipped model
 * recognises most clearly; so some movements are others than a textbook would have.
 */
const MAYA: Character = {
  sitter: {
    identity: {
      skin: 0.381,
      hair: 0.179,
      faceWidth: 0.768,
      jawWidth: 0.826,
      eyeDistance: 0.302,
      eyeSize: 0.929,
      eyeSlant: -0.002,
      iris: 0.112,
      browHeight: 0.038,
      browThickness: 0.027,
      browDarkness: 0.826,
      noseLength: 0.007,
      noseWidth: 0.14,
      mouthHeight: -0.027,
      mouthWidth: 0.243,
      lipThickness: 0.067,
      age: 0.217,
      hairStyle: 'long',
      hairline: -0.725,
      beard: 0,
      moustache: 0,
      glasses: 'none',
      asymmetry: -0.053,
    },
    light: [-0.012, 0.212],
    locks: { parting: 0.192, strand: 0.099, curl: 11.309 },
  },
  skin: hue(1.3, 0.92, 0.72),
  lips: hue(1.45, 0.8, 0.78),
  hair: hue(1.4, 0.95, 0.75),
  iris: hue(1.3, 0.95, 0.65),
  shirt: hue(0.45, 0.95, 1.35),
  cloth: 0.5,
  looks: {
    Angry: {
      browLower: 1.2,
      lidRaise: 0.45,
      noseWrinkle: 0.25,
      upperLipRaise: 0.1,
      cornerDepress: 0.8,
      lowerLipDepress: 0.85,
      lipsPart: 1.2,
    },
    Disgust: {
      innerBrowRaise: 0.85,
      browLower: 1,
      noseWrinkle: 1.2,
      upperLipRaise: 0.8,
      cornerDepress: 1.2,
      chinRaise: 0.35,
      lipTighten: 0.8,
      jawDrop: 0.15,
      lidDroop: 1,
    },
    Fear: {
      innerBrowRaise: 1.15,
      browLower: 0.85,
      lidRaise: 1.2,
      noseWrinkle: 0.55,
      cornerDepress: 0.6,
      lowerLipDepress: 0.3,
      lipStretch: 1.2,
      lipTighten: 0.1,
      lipsPart: 0.2,
    },
    Happy: { cheekRaise: 1.1, cornerPull: 1.2, lipsPart: 0.95, jawDrop: 0.2 },
    Sad: { innerBrowRaise: 0.8, browLower: 0.1, cornerPull: 0.6, cornerDepress: 0.9, chinRaise: 0.65, lidDroop: 0.7 },
    Surprise: { innerBrowRaise: 1.2, outerBrowRaise: 1.2, lidRaise: 1.2, lipsPart: 0.95, jawDrop: 0.7 },
    Neutral: {},
  },
};

const NOAH: Character = {
  sitter: {
    identity: {
      skin: 0.592,
      hair: 0.177,
      faceWidth: 0.802,
      jawWidth: 0.918,
      eyeDistance: 0.313,
      eyeSize: 1.075,
      eyeSlant: 0.068,
      iris: 0.092,
      browHeight: 0.035,
      browThickness: 0.052,
      browDarkness: 0.664,
      noseLength: -0.026,
      noseWidth: 0.112,
      mouthHeight: 0.019,
      mouthWidth: 0.247,
      lipThickness: 0.044,
      age: 0.4,
      hairStyle: 'short',
      hairline: -0.695,
      beard: 0,
      moustache: 0,
      glasses: 'none',
      asymmetry: -0.097,
    },
    light: [-0.646, 0.037],
    locks: { parting: -0.182, strand: 0.058, curl: 13.252 },
  },
  skin: hue(1.27, 0.93, 0.74),
  lips: hue(1.4, 0.82, 0.8),
  hair: hue(1.5, 0.9, 0.6),
  iris: hue(0.75, 1.05, 1.3),
  shirt: hue(1.5, 0.85, 0.45),
  cloth: 0.55,
  looks: {
    Angry: {
      browLower: 1.1,
      lidRaise: 0.6,
      lidTighten: 0.65,
      noseWrinkle: 0.25,
      cornerDepress: 0.9,
      lowerLipDepress: 0.85,
      lipsPart: 1.05,
    },
    Disgust: {
      browLower: 0.15,
      lidRaise: 0.15,
      cheekRaise: 1,
      lidTighten: 0.85,
      noseWrinkle: 1.2,
      upperLipRaise: 0.3,
      cornerDepress: 0.55,
      lowerLipDepress: 0.6,
      chinRaise: 0.65,
    },
    Fear: {
      innerBrowRaise: 1.2,
      browLower: 0.3,
      lidRaise: 1.2,
      upperLipRaise: 0.4,
      cornerDepress: 0.85,
      lipStretch: 1.2,
      lipsPart: 0.5,
    },
    Happy: { cheekRaise: 0.9, cornerPull: 1, lipsPart: 0.8, jawDrop: 0.15 },
    Sad: {
      innerBrowRaise: 0.9,
      browLower: 0.2,
      cheekRaise: 0.25,
      lidTighten: 0.5,
      upperLipRaise: 0.45,
      cornerDepress: 0.8,
      chinRaise: 0.2,
      lipStretch: 0.7,
      lipsPart: 0.4,
      lidDroop: 0.9,
    },
    Surprise: { innerBrowRaise: 0.9, outerBrowRaise: 1, lidRaise: 0.8, lipsPart: 1, jawDrop: 1 },
    Neutral: {},
  },
};

/** In the order of their numbers. */
export const PEOPLE: readonly Character[] = [MAYA, NOAH];
