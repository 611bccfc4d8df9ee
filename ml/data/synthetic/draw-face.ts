import { EMOTIONS } from '../../core/emotions.ts';
import { Random } from '../../core/random.ts';
import { FACE_SIZE } from '../dataset.ts';
import { drawExpression } from './expressions.ts';
import { paintBrow, paintEye, paintForehead, paintMouth, paintNose } from './features.ts';
import { drawIdentity, type Identity } from './identity.ts';
import { type Frame, Painter, smoothStep } from './painter.ts';

/** Pixels of half a face's height: FER2013's faces fill their picture. */
const HALF_HEIGHT = 25;

interface Pose {
  /** The outline of the head. */
  readonly head: Frame;
  /** The features, which lie before the head and so move more when it turns. */
  readonly features: Frame;
}

function drawPose(random: Random): Pose {
  const scale = HALF_HEIGHT * random.uniform(0.88, 1.08);
  const yaw = random.normal(0, 0.35);
  const pitch = random.normal(0, 0.3);
  const head: Frame = {
    x: FACE_SIZE / 2 + random.normal(0, 1.2),
    y: FACE_SIZE / 2 + random.normal(0.8, 1.2),
    roll: random.normal(0, 0.1),
    scaleU: scale,
    scaleV: scale,
  };
  const features: Frame = {
    ...head,
    x: head.x + 0.13 * yaw * scale,
    y: head.y + 0.08 * pitch * scale,
    scaleU: scale * (1 - 0.1 * Math.abs(yaw)),
    scaleV: scale * (1 - 0.05 * Math.abs(pitch)),
  };
  return { head, features };
}

/**
 * Draws one face that shows an emotion; the same seeds draw the same face.
 * @param label class 0..6.
 * @returns grey values 0..255, [48, 48].
 */
export function drawFace(label: number, seed: number, index: number): Uint8Array {
  const random = new Random(seed, index);
  const expression = drawExpression(EMOTIONS[label], random);
  const identity = drawIdentity(random);
  const pose = drawPose(random);
  const painter = new Painter(FACE_SIZE);
  paintBackground(painter, random);
  if (identity.hairStyle === 'long') paintLongHair(painter, pose.head, identity);
  paintHead(painter, pose.head, identity, 0.13 * expression.jawDrop, random);
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
  paintHair(painter, pose.head, identity, random);
  if (random.chance(0.08)) paintHand(painter, pose.head, identity, random);
  return develop(painter, random);
}

function paintBackground(painter: Painter, random: Random): void {
  const whole: Frame = { x: 24, y: 24, roll: random.uniform(0, 6), scaleU: 24, scaleV: 24 };
  const [from, to] = [random.uniform(0.05, 0.95), random.uniform(0.05, 0.95)];
  painter.blend(
    whole,
    [-1.5, -1.5, 1.5, 1.5],
    (u) => from + (to - from) * (u / 3 + 0.5),
    () => 1,
  );
  for (let k = random.integer(4); k > 0; k--) {
    const [u, v] = [random.uniform(-1, 1), random.uniform(-1, 1)];
    painter.ellipse(whole, u, v, random.uniform(0.2, 0.7), random.uniform(0.2, 0.7), random.uniform(0, 1), 0.6, 0.2);
  }
}

/** Skin with the shading of a round head under a lamp, ears and neck. */
function paintHead(painter: Painter, frame: Frame, identity: Identity, jaw: number, random: Random): void {
  const { skin, faceWidth, jawWidth } = identity;
  painter.ellipse(frame, 0, 1.25, 0.42, 0.6, skin * 0.6, 1, 0.05);
  for (const side of [-1, 1]) painter.ellipse(frame, side * (faceWidth + 0.02), -0.05, 0.08, 0.18, skin * 0.8, 1, 0.03);
  const angle = random.uniform(0, 2 * Math.PI);
  const slope = random.uniform(0, 0.75);
  const [lightU, lightV] = [slope * Math.cos(angle), slope * Math.sin(angle) - 0.25];
  const depth = Math.hypot(lightU, lightV, 1);
  const width = (v: number) => faceWidth * (v < 0.1 ? 1 : 1 - (1 - jawWidth) * smoothStep(0.1, 0.8, v));
  const height = (v: number) => (v < 0 ? 1 : 0.97 + jaw);
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

function paintHair(painter: Painter, frame: Frame, identity: Identity, random: Random): void {
  const { hair, hairline, faceWidth, hairStyle } = identity;
  if (hairStyle === 'bald') return;
  const parting = random.uniform(-0.4, 0.4);
  const edge = (u: number) => {
    const temple = 0.75 * Math.max(0, Math.abs(u) - 0.35) ** 1.5;
    const fringe = hairStyle === 'fringe' ? 0.2 - 0.12 * Math.abs(u - parting) : -0.06 * Math.cos(3 * (u - parting));
    return hairline + fringe + temple;
  };
  const strand = random.uniform(0.02, 0.1);
  const curl = random.uniform(9, 16);
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

/** A hand, or whatever else comes between face and camera, over one edge of the face. */
function paintHand(painter: Painter, frame: Frame, { skin }: Identity, random: Random): void {
  const angle = random.uniform(0, 2 * Math.PI);
  const tone = random.chance(0.7) ? skin * 0.9 : random.uniform(0.1, 0.9);
  for (let finger = 0; finger < 4; finger++) {
    const [u, v] = [0.95 * Math.cos(angle + 0.16 * finger), 0.95 * Math.sin(angle + 0.16 * finger)];
    painter.ellipse(frame, u, v, 0.13, 0.4, tone * (0.85 + 0.1 * (finger % 2)), 1, 0.04);
  }
}

/** What a camera makes of it: contrast, brightness, noise and grey levels. */
function develop({ tones }: Painter, random: Random): Uint8Array {
  const contrast = random.uniform(0.7, 1.15);
  const brightness = random.uniform(-0.12, 0.12);
  const noise = random.uniform(0.003, 0.022);
  return Uint8Array.from(tones, (tone) => {
    const level = 0.5 + contrast * (tone - 0.5) + brightness + random.normal(0, noise);
    return Math.round(255 * Math.min(1, Math.max(0, level)));
  });
}
