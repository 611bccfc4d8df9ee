import type { Random } from '../../core/random.ts';
import type { Expression } from './expressions.ts';
import { paintBrow, paintEye, paintForehead, paintMouth, paintNose } from './features.ts';
import type { Identity } from './identity.ts';
import { type Frame, type Painter, smoothStep } from './painter.ts';

export interface Pose {
  /** The outline of the head. */
  readonly head: Frame;
  /** The features, which lie before the head and so move more when it turns. */
  readonly features: Frame;
}

/** Where the lamp is, to the right and down from the camera; 1 is 45 degrees. */
export type Light = readonly [u: number, v: number];

/** How the hair falls. */
interface Locks {
  readonly parting: number;
  readonly strand: number;
  readonly curl: number;
}

/** A person in front of the camera. */
export interface Sitter {
  readonly identity: Identity;
  readonly light: Light;
  /** Null for the bald. */
  readonly locks: Locks | null;
}

/** Draws the light and how the hair falls. */
export function drawSitter(identity: Identity, random: Random): Sitter {
  const angle = random.uniform(0, 2 * Math.PI);
  const slope = random.uniform(0, 0.75);
  const light: Light = [slope * Math.cos(angle), slope * Math.sin(angle) - 0.25];
  if (identity.hairStyle === 'bald') return { identity, light, locks: null };
  const parting = random.uniform(-0.4, 0.4);
  return { identity, light, locks: { parting, strand: random.uniform(0.02, 0.1), curl: random.uniform(9, 16) } };
}

/** How far a dropped jaw lengthens the head. */
export function jawOf(expression: Expression): number {
  return 0.13 * expression.jawDrop;
}

/** Half the head's width and height at a height v: it ends where (u / width)² + (v / height)² is 1. */
export function headOutline({ faceWidth, jawWidth }: Identity, jaw: number) {
  return {
    width: (v: number) => faceWidth * (v < 0.1 ? 1 : 1 - (1 - jawWidth) * smoothStep(0.1, 0.8, v)),
    height: (v: number) => (v < 0 ? 1 : 0.97 + jaw),
  };
}

/** Paints head, neck and hair of a person over whatever is behind. */
export function paintSitter(painter: Painter, pose: Pose, { identity, light, locks }: Sitter, expression: Expression) {
  if (identity.hairStyle === 'long') paintLongHair(painter, pose.head, identity);
  paintHead(painter, pose.head, identity, jawOf(expression), light);
  const sketch = { painter, frame: pose.features, identity, expression };
  paintForehead(sketch);
  for (const side of [-1, 1]) {
    paintEye(sketch, side);
    paintBrow(sketch, side);
  }
  paintBeard(painter, pose.features, identity);
  paintNose(sketch);
  paintMouth(sketch);
  paintGlasses(painter, pose.features, identity);
  if (locks) paintHair(painter, pose.head, identity, locks);
}

/** Skin with the shading of a round head under a lamp, ears and neck. */
function paintHead(painter: Painter, frame: Frame, identity: Identity, jaw: number, [lightU, lightV]: Light): void {
  const { skin, faceWidth } = identity;
  painter.ellipse(frame, 0, 1.25, 0.42, 0.6, skin * 0.6, 1, 0.05);
  for (const side of [-1, 1]) painter.ellipse(frame, side * (faceWidth + 0.02), -0.05, 0.08, 0.18, skin * 0.8, 1, 0.03);
  const depth = Math.hypot(lightU, lightV, 1);
  const { width, height } = headOutline(identity, jaw);
  const radius = (u: number, v: number) => Math.hypot(u / width(v), v / height(v));
  painter.blend(
    frame,
    [-1, -1.1, 1, 1.25],
    (u, v) => {
      const [x, y] = [u / width(v), v / height(v)];
      const z = Math.sqrt(Math.max(0.04, 1 - 0.85 * (x * x + y * y)));
      const light = (x * lightU + y * lightV + z) / depth;
      return skin * (0.45 + 0.65 * Math.max(0, light));
    },
    (u, v) => 1 - smoothStep(0.97, 1.03, radius(u, v)),
  );
}

function paintHair(painter: Painter, frame: Frame, identity: Identity, locks: Locks): void {
  const { hair, hairline, faceWidth, hairStyle } = identity;
  const { parting, strand, curl } = locks;
  const edge = (u: number) => {
    const temple = 0.75 * Math.max(0, Math.abs(u) - 0.35) ** 1.5;
    const fringe = hairStyle === 'fringe' ? 0.2 - 0.12 * Math.abs(u - parting) : -0.06 * Math.cos(3 * (u - parting));
    return hairline + fringe + temple;
  };
  painter.blend(
    frame,
    [-1, -1.4, 1, 0.2],
    (u, v) => hair * (1 + strand * Math.sin(curl * (u - parting) + 5 * v) + strand * Math.sin(2.3 * curl * v)),
    (u, v) => {
      const inside = 1 - smoothStep(0.97, 1.05, Math.hypot(u / (faceWidth + 0.07), v / 1.14));
      return inside * smoothStep(-0.04, 0.04, edge(u) - v);
    },
  );
}

function paintLongHair(painter: Painter, frame: Frame, identity: Identity): void {
  painter.ellipse(frame, 0, 0.05, identity.faceWidth + 0.22, 1.3, identity.hair, 1, 0.08);
}

function paintBeard(painter: Painter, frame: Frame, identity: Identity): void {
  const { beard, moustache, hair, skin } = identity;
  const tone = 0.6 * hair + 0.15 * skin;
  if (beard > 0) {
    painter.blend(frame, [-0.8, 0.1, 0.8, 1.1], tone, (u, v) => {
      const jaw = smoothStep(0.5, 0.72, Math.hypot(u / 0.75, (v - 0.12) / 0.95)) * smoothStep(0.1, 0.35, v);
      return beard * jaw * (1 - smoothStep(0.96, 1.05, Math.hypot(u / 0.7, v / 1)));
    });
  }
  if (moustache > 0) painter.line(frame, -0.24, 0.24, (u) => 0.34 + 0.35 * u * u, 0.1, tone, moustache * 0.8, 0.03);
}

function paintGlasses(painter: Painter, frame: Frame, { glasses, eyeDistance, skin }: Identity): void {
  if (glasses === 'none') return;
  const tone = 0.1 * skin;
  for (const side of [-1, 1]) {
    const centre = side * eyeDistance;
    if (glasses === 'dark') painter.ellipse(frame, centre, -0.13, 0.23, 0.17, 0.06, 0.95, 0.03);
    painter.blend(frame, [centre - 0.3, -0.4, centre + 0.3, 0.15], tone, (u, v) => {
      const radius = Math.hypot((u - centre) / 0.23, (v + 0.13) / 0.18);
      return 0.8 * (1 - smoothStep(0.06, 0.16, Math.abs(radius - 1)));
    });
    painter.line(frame, side > 0 ? 0.55 : -0.8, side > 0 ? 0.8 : -0.55, () => -0.17, 0.03, tone, 0.7);
  }
  painter.line(frame, -0.12, 0.12, (u) => -0.17 + u * u, 0.03, tone, 0.8);
}
