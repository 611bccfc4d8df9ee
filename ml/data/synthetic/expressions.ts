import type { Emotion } from '../../core/emotions.ts';
import type { Random } from '../../core/random.ts';

/**
 * Action units of the Facial Action Coding System (Ekman and Friesen 1978) that the drawn faces can move, 0 at rest to
 * about 1. Left and right move alike, but for the asymmetry of the identity.
 */
export const ACTION_UNITS = [
  'innerBrowRaise', // AU1
  'outerBrowRaise', // AU2
  'browLower', // AU4
  'lidRaise', // AU5
  'cheekRaise', // AU6
  'lidTighten', // AU7
  'noseWrinkle', // AU9
  'upperLipRaise', // AU10
  'cornerPull', // AU12
  'cornerDepress', // AU15
  'lowerLipDepress', // AU16
  'chinRaise', // AU17
  'lipStretch', // AU20
  'lipTighten', // AU23
  'lipsPart', // AU25
  'jawDrop', // AU26
  'lidDroop', // AU43
] as const;
export type ActionUnit = (typeof ACTION_UNITS)[number];
export type Expression = Readonly<Record<ActionUnit, number>>;

/** Which units make which expression, at full strength; after EMFACS (Friesen and Ekman 1983). */
const PROTOTYPES: Readonly<Record<Emotion, readonly Partial<Expression>[]>> = {
  Angry: [
    { browLower: 1, lidRaise: 0.3, lidTighten: 0.8, lipTighten: 1, chinRaise: 0.4 },
    { browLower: 1, lidRaise: 0.5, lidTighten: 0.6, lipsPart: 0.9, upperLipRaise: 0.4, lowerLipDepress: 0.8 },
  ],
  Disgust: [
    {
      noseWrinkle: 1,
      upperLipRaise: 0.9,
      browLower: 0.4,
      cheekRaise: 0.4,
      lidTighten: 0.5,
      cornerDepress: 0.5,
      chinRaise: 0.5,
    },
    { noseWrinkle: 0.9, upperLipRaise: 1, lowerLipDepress: 0.6, lipsPart: 0.6, lidTighten: 0.6, cornerDepress: 0.3 },
  ],
  Fear: [
    {
      innerBrowRaise: 1,
      outerBrowRaise: 0.5,
      browLower: 0.5,
      lidRaise: 1,
      lipStretch: 1,
      lipsPart: 0.7,
      jawDrop: 0.25,
    },
    { innerBrowRaise: 0.9, outerBrowRaise: 0.4, browLower: 0.6, lidRaise: 0.9, lipStretch: 0.9, cornerDepress: 0.3 },
  ],
  Happy: [
    { cheekRaise: 0.8, cornerPull: 1 },
    { cheekRaise: 0.9, cornerPull: 1, lipsPart: 0.8, jawDrop: 0.15 },
  ],
  Sad: [
    { innerBrowRaise: 1, browLower: 0.35, cornerDepress: 1, chinRaise: 0.5, lidDroop: 0.6 },
    { innerBrowRaise: 0.9, browLower: 0.2, cornerDepress: 0.8, lidDroop: 0.9, lipsPart: 0.15 },
  ],
  Surprise: [
    { innerBrowRaise: 0.9, outerBrowRaise: 1, lidRaise: 0.8, lipsPart: 1, jawDrop: 1 },
    { innerBrowRaise: 1, outerBrowRaise: 1, lidRaise: 1, lipsPart: 0.8, jawDrop: 0.6 },
  ],
  Neutral: [{}],
};

/** Draws one way of showing an emotion, weaker or stronger, with a little of other movement. */
export function drawExpression(emotion: Emotion, random: Random): Expression {
  const prototype = random.pick(PROTOTYPES[emotion]);
  const strength = random.uniform(0.45, 1.1);
  const level = (unit: ActionUnit) => {
    const wanted = (prototype[unit] ?? 0) * strength * random.uniform(0.75, 1.2);
    return Math.max(0, wanted + random.normal(0, 0.05));
  };
  return Object.fromEntries(ACTION_UNITS.map((unit) => [unit, level(unit)])) as Expression;
}
