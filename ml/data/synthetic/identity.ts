import type { Random } from '../../core/random.ts';

/** Who is drawn: everything that does not change with the expression. Lengths are in half face heights. */
export interface Identity {
  readonly skin: number;
  readonly hair: number;
  readonly faceWidth: number;
  readonly jawWidth: number;
  readonly eyeDistance: number;
  readonly eyeSize: number;
  readonly eyeSlant: number;
  readonly iris: number;
  readonly browHeight: number;
  readonly browThickness: number;
  readonly browDarkness: number;
  readonly noseLength: number;
  readonly noseWidth: number;
  readonly mouthHeight: number;
  readonly mouthWidth: number;
  readonly lipThickness: number;
  /** Strength of folds and wrinkles, 0 young to 1 old. */
  readonly age: number;
  readonly hairStyle: 'bald' | 'short' | 'fringe' | 'long';
  readonly hairline: number;
  readonly beard: number;
  readonly moustache: number;
  readonly glasses: 'none' | 'clear' | 'dark';
  /** Difference between the halves of the face, −1..1. */
  readonly asymmetry: number;
}

/** Draws a person; tones are 0 black to 1 white. */
export function drawIdentity(random: Random): Identity {
  const skin = random.uniform(0.3, 0.85);
  const bearded = random.chance(0.22);
  return {
    skin,
    hair: random.chance(0.2) ? random.uniform(0.45, 0.8) : random.uniform(0.04, Math.min(0.4, skin * 0.6)),
    faceWidth: random.uniform(0.68, 0.82),
    jawWidth: random.uniform(0.75, 0.95),
    eyeDistance: random.uniform(0.3, 0.37),
    eyeSize: random.uniform(0.85, 1.2),
    eyeSlant: random.normal(0, 0.08),
    iris: random.uniform(0.05, 0.45),
    browHeight: random.uniform(-0.03, 0.04),
    browThickness: random.uniform(0.025, 0.06),
    browDarkness: random.uniform(0.5, 0.95),
    noseLength: random.uniform(-0.03, 0.05),
    noseWidth: random.uniform(0.1, 0.16),
    mouthHeight: random.uniform(-0.03, 0.04),
    mouthWidth: random.uniform(0.24, 0.32),
    lipThickness: random.uniform(0.03, 0.07),
    age: random.uniform(0, 1) ** 2,
    hairStyle: random.pick(['bald', 'short', 'short', 'fringe', 'long', 'long'] as const),
    hairline: random.uniform(-0.85, -0.62),
    beard: bearded ? random.uniform(0.2, 0.8) : 0,
    moustache: bearded || random.chance(0.08) ? random.uniform(0.2, 0.9) : 0,
    glasses: random.chance(0.14) ? 'clear' : random.chance(0.02) ? 'dark' : 'none',
    asymmetry: random.uniform(-1, 1),
  };
}
