import { EMOTIONS } from '../../core/emotions.ts';
import { Random } from '../../core/random.ts';
import { FACE_PIXELS, FACE_SIZE, type FaceDataset } from '../dataset.ts';
import { drawExpression } from './expressions.ts';
import { drawIdentity, type Identity } from './identity.ts';
import { type Frame, Painter } from './painter.ts';
import { drawSitter, type Pose, paintSitter, type Sitter } from './sitter.ts';

/** Of each ten faces of a class the ninth is in PublicTest and the tenth in PrivateTest. */
const FOLD = 10;

/**
 * Draws a data set of grey faces: parametric people who show the seven emotions by the movements of their faces, from
 * any side and in any light. It needs no licence and no download, and is a real learning task: expressions may be weak,
 * and people differ. The classes take turns, so each has as many faces as the others; 80 % are Training, 10 % PublicTest
 * and 10 % PrivateTest. Face k depends only on the seed and k.
 * @param options.count faces to draw.
 * @param options.seed any whole number.
 */
export function generateFaces({ count, seed }: { count: number; seed: number }): FaceDataset {
  const pixels = new Uint8Array(count * FACE_PIXELS);
  const labels = Uint8Array.from({ length: count }, (_, index) => index % EMOTIONS.length);
  const splits = Uint8Array.from({ length: count }, (_, index) => splitOf(index));
  for (let index = 0; index < count; index++) pixels.set(drawFace(labels[index], seed, index), index * FACE_PIXELS);
  return { source: 'synthetic', count, pixels, labels, splits, rows: Uint32Array.from(labels.keys()) };
}

function splitOf(index: number): number {
  const place = Math.floor(index / EMOTIONS.length) % FOLD;
  return Math.max(0, place - (FOLD - 3));
}

/** Pixels of half a face's height: FER2013's faces fill their picture. */
const HALF_HEIGHT = 25;

/** Draws how a head lies in its picture, as {@link drawFace} does after the expression and the person. */
export function drawPose(random: Random): Pose {
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
 * @param vary changes the person once everything is drawn by lot: expression, pose, background and camera stay the same.
 * @returns grey values 0..255, [48, 48].
 */
export function drawFace(
  label: number,
  seed: number,
  index: number,
  vary = (sitter: Sitter): Sitter => sitter,
): Uint8Array {
  const random = new Random(seed, index);
  const expression = drawExpression(EMOTIONS[label], random);
  const identity = drawIdentity(random);
  const pose = drawPose(random);
  const painter = new Painter(FACE_SIZE);
  paintBackground(painter, random);
  paintSitter(painter, pose, vary(drawSitter(identity, random)), expression);
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
