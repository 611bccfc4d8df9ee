import type { Expression } from './expressions.ts';
import type { Identity } from './identity.ts';
import type { Frame, Painter } from './painter.ts';

/** What the parts of a face are painted with. `side` is −1 for the left of the picture and 1 for the right. */
interface Sketch {
  readonly painter: Painter;
  readonly frame: Frame;
  readonly identity: Identity;
  readonly expression: Expression;
}

/** Who shows what: all that the shapes of a face follow from. */
export type Look = Pick<Sketch, 'identity' | 'expression'>;

/** The movement of one half of a face, a little more on one side than on the other. */
function lean({ identity }: Look, side: number): number {
  return 1 + 0.12 * side * identity.asymmetry;
}

export const EYE_LEVEL = -0.16;
export const IRIS = 0.075;
const MOUTH_LEVEL = 0.5;

/** The lids over u from `left` to `right`. */
export function eyeShape(look: Look, side: number) {
  const { identity, expression: e } = look;
  const moved = lean(look, side);
  const centre = side * identity.eyeDistance;
  const half = 0.155 * identity.eyeSize;
  const left = centre - half;
  const right = centre + half;
  const slant = (u: number) => EYE_LEVEL - side * identity.eyeSlant * (u - centre);
  const arch = (u: number) => 1 - ((u - centre) / half) ** 2;
  const opening = 0.075 * identity.eyeSize;
  const above =
    opening *
    Math.max(
      0.12,
      1 +
        moved * (0.75 * e.lidRaise - 0.3 * e.lidTighten - 0.25 * e.cheekRaise - 0.6 * e.lidDroop - 0.3 * e.noseWrinkle),
    );
  const below =
    opening *
    Math.max(0.1, 0.75 + moved * (0.15 * e.lidRaise - 0.45 * e.lidTighten - 0.55 * e.cheekRaise - 0.3 * e.noseWrinkle));
  const upper = (u: number) => slant(u) - above * arch(u);
  const lower = (u: number) => slant(u) + below * arch(u);
  return { centre, half, left, right, upper, lower };
}

/** Paints a disc around the pupil, as far as the lids leave it open. */
export function paintDisc(
  painter: Painter,
  frame: Frame,
  { centre, upper, lower }: ReturnType<typeof eyeShape>,
  radius: number,
  tone: number,
  cover: number,
): void {
  const reach = (u: number) => Math.sqrt(Math.max(0, radius ** 2 - (u - centre) ** 2));
  painter.between(
    frame,
    centre - radius,
    centre + radius,
    (u) => Math.max(upper(u), EYE_LEVEL - 0.01 - reach(u)),
    (u) => Math.min(lower(u), EYE_LEVEL - 0.01 + reach(u)),
    tone,
    cover,
    0.012,
  );
}

export function paintEye(sketch: Sketch, side: number): void {
  const { painter, frame, identity, expression: e } = sketch;
  const shape = eyeShape(sketch, side);
  const { centre, half, left, right, upper, lower } = shape;
  const { skin } = identity;
  painter.ellipse(frame, centre, EYE_LEVEL - 0.05, 0.22, 0.15, skin * 0.72, 0.4, 0.12);
  painter.between(frame, left, right, upper, lower, Math.min(0.95, skin + 0.35), 0.95);
  paintDisc(painter, frame, shape, IRIS, identity.iris * skin, 0.95);
  paintDisc(painter, frame, shape, 0.035, 0.02, 0.95);
  painter.line(frame, left - 0.01, right + 0.02, upper, 0.035, skin * 0.18, 0.9);
  painter.line(frame, left, right, lower, 0.018, skin * 0.5, 0.5);
  // The fold above the lid, and the bulge below the eye that a raised cheek makes.
  painter.line(frame, left, right, (u) => upper(u) - 0.05 - 0.03 * e.lidDroop, 0.02, skin * 0.55, 0.4);
  painter.line(
    frame,
    left,
    right,
    (u) => lower(u) + 0.05,
    0.025,
    skin * 0.6,
    0.15 + 0.25 * identity.age + 0.5 * e.cheekRaise,
  );
  for (let k = 0; k < 3; k++) {
    const outer = centre + side * (half + 0.03);
    const [from, to] = side > 0 ? [outer, outer + 0.12] : [outer - 0.12, outer];
    const rise = (k - 1) * 0.5;
    painter.line(
      frame,
      from,
      to,
      (u) => EYE_LEVEL + 0.02 + rise * Math.abs(u - outer) + (k - 1) * 0.03,
      0.018,
      skin * 0.5,
      0.55 * e.cheekRaise * (0.3 + identity.age),
    );
  }
}

/** The middle of a brow over the distance from the face's middle, from `inner` to `outer`. */
export function browShape(look: Look, side: number) {
  const { identity, expression: e } = look;
  const moved = lean(look, side);
  const inner = 0.13 - 0.04 * e.browLower;
  const outer = identity.eyeDistance + 0.21;
  const level = -0.38 + identity.browHeight;
  const innerV = level + moved * (-0.15 * e.innerBrowRaise + 0.13 * e.browLower + 0.05 * e.noseWrinkle);
  const middleV =
    level -
    0.045 +
    moved * (-0.07 * e.innerBrowRaise - 0.1 * e.outerBrowRaise + 0.06 * e.browLower + 0.03 * e.noseWrinkle);
  const outerV = level + 0.03 + moved * (-0.12 * e.outerBrowRaise + 0.02 * e.browLower + 0.03 * e.lidDroop);
  const curve = (u: number) => {
    const t = (side * u - inner) / (outer - inner);
    return (1 - t) ** 2 * innerV + 2 * t * (1 - t) * (2 * middleV - (innerV + outerV) / 2) + t ** 2 * outerV;
  };
  return { inner, outer, curve };
}

export function paintBrow(sketch: Sketch, side: number): void {
  const { painter, frame, identity } = sketch;
  const { inner, outer, curve } = browShape(sketch, side);
  const [from, to] = side > 0 ? [inner, outer] : [-outer, -inner];
  const tone = identity.hair * (1 - identity.browDarkness) + identity.skin * 0.15;
  painter.line(frame, from, to, curve, identity.browThickness * 1.8, tone, identity.browDarkness, 0.025);
}

/** How low the nose ends. */
export function noseTip({ identity, expression: e }: Look): number {
  return 0.2 + identity.noseLength - 0.05 * e.noseWrinkle;
}

export function paintNose({ painter, frame, identity, expression: e }: Sketch): void {
  const { skin, noseWidth } = identity;
  const tip = noseTip({ identity, expression: e });
  for (const side of [-1, 1]) {
    painter.upright(
      frame,
      -0.22,
      tip - 0.03,
      (v) => side * (0.055 + 0.12 * Math.max(0, v + 0.1)),
      0.05,
      skin * 0.72,
      side > 0 ? 0.4 : 0.22,
      0.05,
    );
    painter.ellipse(frame, side * noseWidth * 0.55, tip + 0.03, 0.042, 0.024, skin * 0.2, 0.85, 0.02);
    painter.ellipse(frame, side * noseWidth, tip, 0.035, 0.06, skin * 0.6, 0.45, 0.03);
  }
  painter.ellipse(frame, 0, tip - 0.04, 0.07, 0.06, Math.min(1, skin * 1.18), 0.6, 0.06);
  painter.ellipse(frame, 0, tip + 0.08, noseWidth * 0.9, 0.035, skin * 0.62, 0.4, 0.04);
  for (let k = 0; k < 3; k++) {
    painter.line(frame, -0.1, 0.1, (u) => -0.2 + 0.065 * k + 0.6 * u * u, 0.024, skin * 0.45, 0.75 * e.noseWrinkle);
  }
}

/** The lips over u from `-half` to `half`: their outer edges, and the edges of what is open between them. */
export function mouthShape({ identity, expression: e }: Look) {
  const { lipThickness } = identity;
  const half =
    identity.mouthWidth *
    (1 + 0.32 * e.cornerPull + 0.32 * e.lipStretch - 0.15 * e.lipTighten - 0.25 * e.jawDrop + 0.05 * e.lowerLipDepress);
  const level = MOUTH_LEVEL + identity.mouthHeight;
  const corner = level - 0.13 * e.cornerPull + 0.11 * e.cornerDepress + 0.03 * e.lipStretch + 0.03 * e.jawDrop;
  const middle = level - 0.05 * e.upperLipRaise - 0.03 * e.noseWrinkle - 0.03 * e.cornerDepress - 0.02 * e.chinRaise;
  const opening = 0.11 * e.lipsPart + 0.3 * e.jawDrop + 0.07 * e.lowerLipDepress + 0.05 * e.upperLipRaise * e.lipsPart;
  const arch = (u: number) => Math.max(0, 1 - (u / half) ** 2);
  // A wide, tense mouth opens as a slot, a dropped jaw as an oval.
  const shape = (u: number) => arch(u) ** (e.lipStretch + e.lowerLipDepress > 0.6 ? 0.35 : 0.6);
  const upper = (u: number) => corner + (middle - corner) * arch(u) - 0.25 * opening * shape(u);
  const lower = (u: number) => corner + (middle - corner) * arch(u) + 0.75 * opening * shape(u);
  const lips = lipThickness * (1 - 0.55 * Math.min(1, e.lipTighten) - 0.15 * Math.min(1, e.cornerPull));
  const cupid = (u: number) => upper(u) - lips * (0.75 + 0.25 * Math.cos((u / half) * 9)) * arch(u);
  const bottom = (u: number) => lower(u) + lips * 1.35 * arch(u);
  return { half, corner, opening, cupid, upper, lower, bottom };
}

export function paintMouth(sketch: Sketch): void {
  const { painter, frame, identity, expression: e } = sketch;
  const { half, corner, opening, cupid, upper, lower, bottom } = mouthShape(sketch);
  const { skin } = identity;
  painter.between(frame, -half, half, cupid, bottom, skin * 0.62, 0.85, 0.022);
  if (opening > 0.03) {
    painter.between(frame, -half * 0.96, half * 0.96, upper, lower, 0.07, Math.min(1, opening * 14), 0.018);
    const teeth = Math.min(0.07, opening * 0.55) * (e.jawDrop > 0.5 ? 0.5 : 1);
    painter.between(
      frame,
      -half * 0.78,
      half * 0.78,
      upper,
      (u) => Math.min(lower(u), upper(u) + teeth),
      0.9,
      Math.min(0.95, opening * 9),
      0.015,
    );
    if (e.lowerLipDepress > 0.35) {
      painter.between(
        frame,
        -half * 0.7,
        half * 0.7,
        (u) => Math.max(upper(u), lower(u) - teeth),
        lower,
        0.8,
        0.8,
        0.015,
      );
    }
  }
  painter.line(frame, -half, half, (u) => (upper(u) + lower(u)) / 2, 0.022, skin * 0.2, opening > 0.03 ? 0 : 0.9);
  for (const side of [-1, 1]) painter.ellipse(frame, side * half, corner, 0.028, 0.028, skin * 0.4, 0.7, 0.025);
  // The shadow below the lower lip, and the chin that it rests on.
  painter.ellipse(frame, 0, bottom(0) + 0.06, 0.15, 0.028, skin * 0.65, 0.4, 0.04);
  painter.ellipse(frame, 0, lower(0) + 0.23, 0.13, 0.07, Math.min(1, skin * 1.1), 0.3 + 0.2 * e.chinRaise, 0.08);
  for (const side of [-1, 1]) {
    const depth = 0.12 + 0.3 * identity.age + 0.45 * Math.max(e.cornerPull, e.noseWrinkle, e.upperLipRaise);
    const top = 0.2 - 0.04 * e.noseWrinkle;
    const wing = identity.noseWidth + 0.05;
    const reach = half + 0.08;
    painter.upright(
      frame,
      top,
      corner + 0.02,
      (v) => side * (wing + (reach - wing) * Math.max(0, (v - top) / (corner - top)) ** 0.8),
      0.035,
      skin * 0.58,
      Math.min(0.85, depth),
      0.03,
    );
  }
}

/** Lines of the forehead, and the frown between the brows. */
export function paintForehead({ painter, frame, identity, expression: e }: Sketch): void {
  const { skin, age } = identity;
  const raised = Math.max(e.innerBrowRaise, e.outerBrowRaise);
  for (let k = 0; k < 3; k++) {
    const reach = 0.2 + 0.3 * e.outerBrowRaise;
    painter.line(
      frame,
      -reach,
      reach,
      (u) => -0.58 - 0.085 * k + 0.12 * u * u,
      0.022,
      skin * 0.62,
      Math.min(0.7, raised * (0.25 + 0.6 * age) + 0.15 * age),
    );
  }
  for (const side of [-1, 1]) {
    painter.upright(
      frame,
      -0.46,
      -0.27,
      (v) => side * (0.035 + 0.1 * (v + 0.36)),
      0.025,
      skin * 0.45,
      Math.min(0.8, 0.8 * e.browLower),
      0.02,
    );
    painter.ellipse(
      frame,
      side * 0.4,
      0.16 - 0.05 * e.cheekRaise,
      0.17,
      0.12,
      Math.min(1, skin * 1.16),
      0.2 + 0.35 * Math.max(e.cheekRaise, e.cornerPull),
      0.12,
    );
  }
}
