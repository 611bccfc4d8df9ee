/** Things that people have before their faces, drawn for training: glasses, and a hand. Lengths are shares of the picture's side. */
import type { Random } from '../core/random.ts';

type Point = readonly [x: number, y: number];

export interface Glasses {
  /** Middle between the lenses, and how far each lies from it. */
  readonly middle: Point;
  readonly apart: number;
  /** Half width and half height of a lens. */
  readonly lens: Point;
  /** 2 is an ellipse, more is nearer to a rectangle. */
  readonly squareness: number;
  /** Width of the frame, and how far its tone covers what lies behind it, 0 to 1. */
  readonly rim: number;
  readonly rimOpacity: number;
  /** The same of the lenses: sunglasses from 0.5. */
  readonly opacity: number;
  /** Grey level of frame and lenses. */
  readonly tone: number;
  /** How far glare on the lenses covers the eyes at their upper edge, 0 to 1; none at the middle. */
  readonly glare: number;
}

export interface Hand {
  /** Finger tips, one after the other, and the knuckles that they come from. */
  readonly fingers: readonly { readonly tip: Point; readonly knuckle: Point }[];
  /** Half width of a finger. */
  readonly width: number;
  /** Middle and radius of the palm. */
  readonly palm: Point;
  readonly radius: number;
  /** Brightness against the mean of the face. */
  readonly tone: number;
}

/** Where the eyes of FER2013's faces mostly lie, and of faces that the lens crops. */
const EYES = { row: 0.4, apart: 0.19 };

/** Draws a pair of glasses; every sixth is a pair of sunglasses. */
export function drawGlasses(random: Random): Glasses {
  const isDark = random.chance(1 / 6);
  return {
    middle: [random.uniform(0.46, 0.54), random.uniform(EYES.row - 0.04, EYES.row + 0.05)],
    apart: EYES.apart * random.uniform(0.9, 1.1),
    lens: [random.uniform(0.11, 0.16), random.uniform(0.07, 0.12)],
    squareness: random.uniform(2, 5),
    rim: random.uniform(0.008, 0.03),
    rimOpacity: random.uniform(0.4, 1),
    opacity: isDark ? random.uniform(0.5, 1) : random.uniform(0, 0.2),
    tone: random.uniform(0, 90),
    glare: random.uniform(0, isDark ? 0.3 : 0.6),
  };
}

/** Draws a hand that reaches from below or from one side over cheek, chin or mouth. */
export function drawHand(random: Random): Hand {
  const side = random.chance(0.5) ? 1 : -1;
  // 0 reaches straight up, a quarter turn straight across.
  const turn = side * random.uniform(0, Math.PI / 2);
  const width = random.uniform(0.035, 0.055);
  const length = random.uniform(0.22, 0.36);
  const spread = random.uniform(0, 0.12);
  const first: Point = [0.5 - side * random.uniform(0, 0.3), random.uniform(0.5, 0.9)];
  const along: Point = [Math.sin(turn), -Math.cos(turn)];
  const across: Point = [-along[1], along[0]];
  const count = 2 + random.integer(3);
  const fingers = Array.from({ length: count }, (_, finger) => {
    const place = 2.1 * width * finger * side;
    const fan = spread * (finger - (count - 1) / 2) * side;
    const reach = length * random.uniform(0.8, 1.05);
    const tip: Point = [first[0] + place * across[0] + fan * across[0], first[1] + place * across[1] + fan * across[1]];
    const knuckle: Point = [tip[0] - reach * along[0] - fan * across[0], tip[1] - reach * along[1] - fan * across[1]];
    return { tip, knuckle };
  });
  const radius = (1.2 * count + 0.6) * width;
  const [one, other] = [fingers[0].knuckle, fingers[count - 1].knuckle];
  const palm: Point = [
    (one[0] + other[0]) / 2 - 0.8 * radius * along[0],
    (one[1] + other[1]) / 2 - 0.8 * radius * along[1],
  ];
  return { fingers, width, palm, radius, tone: random.uniform(0.75, 1.2) };
}

/** Share of a pixel that lies inside an edge. @param distance from the edge, positive outside. @param pixel its side. */
const inside = (distance: number, pixel: number) => Math.min(1, Math.max(0, 0.5 - distance / pixel));

/** Distance of a place from the line between two points. */
function fromLine(x: number, y: number, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay];
  const share = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)));
  return Math.hypot(x - ax - share * dx, y - ay - share * dy);
}

/**
 * Paints glasses over a face.
 * @param face grey values 0..255, [side, side]; changed in place.
 */
export function paintGlasses(face: Uint8Array, side: number, glasses: Glasses): void {
  const { middle, apart, lens, squareness, rim, rimOpacity, opacity, tone, glare } = glasses;
  const pixel = 1 / side;
  for (let at = 0; at < face.length; at++) {
    const x = ((at % side) + 0.5) * pixel - middle[0];
    const y = (Math.floor(at / side) + 0.5) * pixel - middle[1];
    if (Math.abs(y) > lens[1] + rim + pixel) continue;
    // Nearly the distance from the edge of the nearer lens: exact on its axes.
    const [u, v] = [(Math.abs(x) - apart) / lens[0], y / lens[1]];
    const reach = (Math.abs(u) ** squareness + Math.abs(v) ** squareness) ** (1 / squareness);
    const edge = (reach - 1) * Math.min(...lens);
    const within = inside(edge, pixel);
    const bridge = Math.abs(x) < apart ? inside(Math.abs(y + lens[1] / 3) - rim / 2, pixel) : 0;
    const frame = rimOpacity * (1 - within) * Math.max(inside(edge - rim, pixel), bridge);
    const tinted = face[at] + (tone - face[at]) * Math.max(frame, within * opacity);
    const shine = within * glare * Math.min(1, Math.max(0, -v));
    face[at] = Math.round(tinted + (255 - tinted) * shine);
  }
}

/**
 * Paints a hand over a face: fingers are round, so their edges are darker, and it has the brightness of the face's middle.
 * @param face grey values 0..255, [side, side]; changed in place.
 */
export function paintHand(face: Uint8Array, side: number, { fingers, width, palm, radius, tone }: Hand): void {
  const pixel = 1 / side;
  const skin = Math.min(255, tone * middleTone(face, side));
  const top = Math.min(
    palm[1] - radius,
    ...fingers.flatMap(({ tip, knuckle }) => [tip[1] - width, knuckle[1] - width]),
  );
  for (let at = 0; at < face.length; at++) {
    const x = ((at % side) + 0.5) * pixel;
    const y = (Math.floor(at / side) + 0.5) * pixel;
    if (y < top - pixel) continue;
    let nearest = Math.hypot(x - palm[0], y - palm[1]) / radius;
    let edge = (nearest - 1) * radius;
    for (const { tip, knuckle } of fingers) {
      const distance = fromLine(x, y, tip, knuckle);
      if (distance - width < edge) [edge, nearest] = [distance - width, distance / width];
    }
    const covered = inside(edge, pixel);
    if (covered > 0)
      face[at] = Math.round(face[at] + covered * (skin * (1 - 0.35 * Math.min(1, nearest) ** 4) - face[at]));
  }
}

/** Mean grey level of the middle quarter. */
function middleTone(face: Uint8Array, side: number): number {
  const [from, to] = [Math.floor(side / 4), Math.ceil((3 * side) / 4)];
  let sum = 0;
  for (let row = from; row < to; row++) for (let column = from; column < to; column++) sum += face[row * side + column];
  return sum / (to - from) ** 2;
}
