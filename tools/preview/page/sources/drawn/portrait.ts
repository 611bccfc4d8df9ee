/** Portraits of drawn people in colour, from the grey faces of the drawn data set. */
import { LUMA } from '../../../../../ml/core/bt601.ts';
import type { Expression } from '../../../../../ml/data/synthetic/expressions.ts';
import { eyeShape, IRIS, mouthShape, paintDisc } from '../../../../../ml/data/synthetic/features.ts';
import { type Frame, Painter, smoothStep } from '../../../../../ml/data/synthetic/painter.ts';
import { paintSitter, type Sitter } from '../../../../../ml/data/synthetic/sitter.ts';
import { landmarksOf } from './landmarks.ts';

/** Red, green, blue, of a luminance of 1. */
type Hue = readonly [number, number, number];

/** Who is drawn, and in which colours. */
export interface Person {
  readonly sitter: Sitter;
  readonly skin: Hue;
  readonly lips: Hue;
  readonly hair: Hue;
  readonly iris: Hue;
  readonly shirt: Hue;
  /** Tone of the shirt, 0 black to 1 white. */
  readonly cloth: number;
}

/** A head with its shoulders, cut out. */
export interface Portrait {
  readonly size: number;
  /** Red, green, blue, alpha, 0..255, [size, size, 4]; the colours are not multiplied with alpha. */
  readonly pixels: Uint8ClampedArray;
  /** x and y of the 68 points of iBUG in pixels, [136]. */
  readonly points: Float32Array;
}

/** Side of a portrait in pixels, and of a unit of the painter, half a face's height. */
const PORTRAIT = 384;
export const UNIT = 104;
/** The middle of the head in a portrait, in pixels. */
export const HEAD_X = PORTRAIT / 2;
export const HEAD_Y = 146;

/** How much of the lips' own colour they show. */
const LIPS = 0.75;
/** Cover at which the edge of a head begins and ends: hair fades out in the data set, which looks blurred when it is large. */
const EDGE = [0.3, 0.75] as const;

/** A hue with this relation of colours. */
export function hue(red: number, green: number, blue: number): Hue {
  const light = LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue;
  return [red / light, green / light, blue / light];
}

/**
 * Paints a person. What is light and dark is the painter's, so that the model sees the same faces as in the data set; colour
 * is laid over it where hair, lips, eyes and clothes are.
 */
export function paintPortrait(person: Person, expression: Expression): Portrait {
  const frame: Frame = { x: HEAD_X, y: HEAD_Y, roll: 0, scaleU: UNIT, scaleV: UNIT };
  const layers = paintLayers(frame, person, expression);
  const points = landmarksOf({ identity: person.sitter.identity, expression });
  return {
    size: PORTRAIT,
    pixels: colourIn(layers, sharesOf(frame, person, expression), person),
    points: points.map((value, i) => (i % 2 === 0 ? HEAD_X : HEAD_Y) + UNIT * value),
  };
}

interface Layers {
  /** Tones before black; those before nothing times alpha. */
  readonly tones: Float32Array;
  readonly alpha: Float32Array;
}

/** What is painted covers as much as it changes a white and a black ground less than they differ. */
function paintLayers(frame: Frame, { sitter, cloth }: Person, expression: Expression): Layers {
  const [black, white] = [0, 1].map((ground) => {
    const painter = new Painter(PORTRAIT);
    painter.tones.fill(ground);
    paintShoulders(painter, frame, cloth);
    paintSitter(painter, { head: frame, features: frame }, sitter, expression);
    return painter.tones;
  });
  return { tones: black, alpha: white.map((tone, i) => 1 - (tone - black[i])) };
}

/** A shirt from which the neck rises, lit from above. */
function paintShoulders(painter: Painter, frame: Frame, cloth: number): void {
  painter.blend(
    frame,
    [-1.6, 1.3, 1.6, 2.4],
    (_, v) => cloth * (1.12 - 0.3 * smoothStep(1.35, 2.3, v)),
    (u, v) => 1 - smoothStep(0.98, 1.02, Math.hypot(u / 1.5, (v - 2.68) / 1.3)),
  );
}

/** How much of each pixel is hair, lips and so on, 0..1. */
type Shares = Readonly<Record<'hair' | 'lips' | 'iris' | 'pale' | 'shirt', Float32Array>>;

function sharesOf(frame: Frame, { sitter }: Person, expression: Expression): Shares {
  const look = { identity: sitter.identity, expression };
  const cover = (draw: (painter: Painter) => void) => {
    const painter = new Painter(PORTRAIT);
    draw(painter);
    return painter.tones;
  };
  const { half, cupid, upper, lower, bottom } = mouthShape(look);
  const eyes = [-1, 1].map((side) => eyeShape(look, side));
  return {
    ...hairAndShirt(frame, sitter, expression),
    lips: cover((painter) => {
      painter.between(frame, -half, half, cupid, bottom, 1, LIPS, 0.022);
      painter.between(frame, -half * 0.96, half * 0.96, upper, lower, 0, 1, 0.018);
    }),
    pale: cover((painter) => {
      for (const { left, right, upper: lid, lower: below } of eyes)
        painter.between(frame, left, right, lid, below, 1, 1);
      painter.between(frame, -half * 0.9, half * 0.9, upper, lower, 1, 1, 0.018);
    }),
    iris: cover((painter) => {
      for (const eye of eyes) paintDisc(painter, frame, eye, IRIS, 1, 1);
    }),
  };
}

/** Painted as white hair and a white shirt on a black person, so that only these are seen. */
function hairAndShirt(frame: Frame, sitter: Sitter, expression: Expression): Pick<Shares, 'hair' | 'shirt'> {
  const cover = (hair: number, cloth: number) => {
    const painter = new Painter(PORTRAIT);
    if (cloth > 0) paintShoulders(painter, frame, cloth);
    const { identity } = sitter;
    const masked = { ...sitter, identity: { ...identity, hair, skin: 0 } };
    paintSitter(painter, { head: frame, features: frame }, masked, expression);
    return painter.tones;
  };
  const bare = cover(0, 0);
  const difference = (tones: Float32Array) => tones.map((tone, i) => Math.min(1, Math.max(0, tone - bare[i])));
  return { hair: difference(cover(1, 0)), shirt: difference(cover(0, 1)) };
}

function colourIn({ tones, alpha }: Layers, shares: Shares, person: Person): Uint8ClampedArray {
  const pixels = new Uint8ClampedArray(4 * tones.length);
  const { hair, lips, iris, pale, shirt } = shares;
  for (let i = 0; i < tones.length; i++) {
    if (alpha[i] <= 0) continue;
    const light = (255 * tones[i]) / alpha[i];
    for (let channel = 0; channel < 3; channel++) {
      let tint = person.skin[channel];
      tint += lips[i] * (person.lips[channel] - tint);
      tint += pale[i] * (1 - tint);
      tint += iris[i] * (person.iris[channel] - tint);
      tint += hair[i] * (person.hair[channel] - tint);
      tint += shirt[i] * (person.shirt[channel] - tint);
      pixels[4 * i + channel] = light * tint;
    }
    pixels[4 * i + 3] = 255 * smoothStep(...EDGE, alpha[i]);
  }
  return pixels;
}
