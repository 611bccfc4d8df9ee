import { EMOTIONS, type Emotion } from '../../../../../ml/core/emotions.ts';
import { eyesOf } from '../../../../../ml/core/landmarks68.ts';
import { ACTION_UNITS, type Expression } from '../../../../../ml/data/synthetic/expressions.ts';
import type { TrackedFace } from '../../../../../ml/faces/face.ts';
import { drawPortrait, paintBackdrop } from './compose.ts';
import { type Character, PEOPLE } from './people.ts';
import { HEAD_X, HEAD_Y, type Portrait, paintPortrait, UNIT } from './portrait.ts';

/** A source of frames for people without a camera: drawn people who show the expression they are asked for. */

/** One frame. */
export interface ActorFrame {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue, alpha (255), [height, width, 4]; the next frame overwrites it. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>;
  /** Where the faces are: known from the drawing, so that nobody has to find them. */
  readonly faces: readonly TrackedFace[];
}

export interface ActorOptions {
  /** Sides of the frames in pixels. */
  readonly width: number;
  readonly height: number;
  readonly people: 1 | 2;
  /** Who plays, in the order of the people; left out: those of the preview. */
  readonly cast?: readonly Character[];
}

/** Seconds from one expression to another. */
const CHANGE = 0.3;
/** Half a face's height in parts of the frame's height, and at most of the width there is for one. */
const HALF_FACE = { ofHeight: 0.25, ofWidth: 0.32 };
/** Where the middle of a head is at rest, in parts of the frame's height. */
const HEAD_LEVEL = 0.46;
/** Centimetres between the eyes of a head, and how far they are above its middle, as in ml/faces. */
const EYES = { apart: 6.3, up: 2.62 };

interface Player {
  emotion: Emotion;
  /** How much each expression shows, in the order of the classes; they add up to 1. */
  readonly weights: Float32Array;
}

export class Actor {
  readonly #cast: Cast;
  readonly #players: readonly Player[];
  readonly #backdrop: Uint8ClampedArray;
  readonly #pixels: Uint8ClampedArray<ArrayBuffer>;

  constructor(readonly options: ActorOptions) {
    const { width, height, people, cast = PEOPLE } = options;
    this.#cast = new Cast(cast);
    this.#players = Array.from({ length: people }, () => ({ emotion: 'Neutral', weights: weightsOf('Neutral') }));
    this.#backdrop = paintBackdrop(width, height);
    this.#pixels = new Uint8ClampedArray(4 * width * height);
  }

  get people(): number {
    return this.#players.length;
  }

  /**
   * Paints one portrait that is still missing, which takes some tenths of a second; to be called in idle time. A frame
   * paints what it lacks by itself.
   * @returns whether there was one.
   */
  prepare(): boolean {
    return [...this.#players.keys()].some((person) => this.#cast.paintNext(person));
  }

  /** Asks a person, 0 or 1, for an expression. @param atOnce without the way there. */
  show(emotion: Emotion, person: number, atOnce = false): void {
    const player = this.#players[person];
    player.emotion = emotion;
    if (atOnce) player.weights.set(weightsOf(emotion));
  }

  /** The next frame. @param time seconds since the start: where the heads are. @param dt seconds since the last frame. */
  frame(time: number, dt: number): ActorFrame {
    const { width, height } = this.options;
    this.#pixels.set(this.#backdrop);
    const faces = this.#players.map((player, person) => {
      advance(player, dt);
      return this.#draw(player, person, time);
    });
    return { width, height, pixels: this.#pixels, faces };
  }

  #draw({ weights }: Player, person: number, time: number): TrackedFace {
    const { width, height } = this.options;
    const share = width / this.#players.length;
    const motion = headMotion(time, person);
    const unit = Math.min(HALF_FACE.ofHeight * height, HALF_FACE.ofWidth * share);
    const portrait = this.#mix(person, weights);
    const place = {
      x: (person + 0.5) * share + unit * motion.x,
      y: HEAD_LEVEL * height + unit * motion.y,
      roll: motion.roll,
      scale: (unit * motion.size) / UNIT,
    };
    drawPortrait(this.#pixels, width, height, portrait, place);
    const [cos, sin] = [place.scale * Math.cos(place.roll), place.scale * Math.sin(place.roll)];
    const points = new Float32Array(portrait.points.length);
    for (let i = 0; i < points.length; i += 2) {
      const [x, y] = [portrait.points[i] - HEAD_X, portrait.points[i + 1] - HEAD_Y];
      points[i] = place.x + cos * x - sin * y;
      points[i + 1] = place.y + sin * x + cos * y;
    }
    return { index: person, points, score: 1, pose: poseOf(points, place.roll) };
  }

  /** The portraits that show, faded into each other one after the other. */
  #mix(person: number, weights: Float32Array): Portrait {
    let total = 0;
    let mixed: Portrait | undefined;
    for (const [i, emotion] of EMOTIONS.entries()) {
      if (weights[i] === 0) continue;
      total += weights[i];
      const next = this.#cast.portrait(person, emotion);
      mixed = mixed ? fade(mixed, next, weights[i] / total) : next;
    }
    return mixed!;
  }
}

function weightsOf(emotion: Emotion): Float32Array {
  return Float32Array.from(EMOTIONS, (one) => (one === emotion ? 1 : 0));
}

function fade(from: Portrait, to: Portrait, share: number): Portrait {
  const mix = <T extends Uint8ClampedArray | Float32Array>(a: T, b: T, into: T) => {
    for (let i = 0; i < into.length; i++) into[i] = a[i] + (b[i] - a[i]) * share;
    return into;
  };
  return {
    size: from.size,
    pixels: mix(from.pixels, to.pixels, new Uint8ClampedArray(from.pixels.length)),
    points: mix(from.points, to.points, new Float32Array(from.points.length)),
  };
}

/** The wanted expression comes as the others go; at the same speed however many these are. */
function advance({ emotion, weights }: Player, dt: number): void {
  const wanted = EMOTIONS.indexOf(emotion);
  const before = weights[wanted];
  const after = Math.min(1, before + Math.max(0, dt) / CHANGE);
  const rest = before < 1 ? (1 - after) / (1 - before) : 0;
  for (let i = 0; i < weights.length; i++) weights[i] = i === wanted ? after : weights[i] * rest;
}

/** Drawn people look into the camera. */
function poseOf(points: Float32Array, roll: number): TrackedFace['pose'] {
  const [left, right] = eyesOf(points);
  const scale = Math.hypot(right[0] - left[0], right[1] - left[1]) / EYES.apart;
  return {
    x: (left[0] + right[0]) / 2 - EYES.up * scale * Math.sin(roll),
    y: (left[1] + right[1]) / 2 + EYES.up * scale * Math.cos(roll),
    scale,
    yaw: 0,
    pitch: 0,
    roll,
  };
}

/** How a drawn person's head moves: gently and without end. */

/** Where a head is, in parts of its own size. */
export interface HeadMotion {
  /** To the right and down, in half faces' heights. */
  readonly x: number;
  readonly y: number;
  /** Radians, clockwise. */
  readonly roll: number;
  /** Factor to its size. */
  readonly size: number;
}

/** A sum of two waves whose periods have no common measure, −1..1. */
function sway(time: number, period: number, phase: number): number {
  const turns = (2 * Math.PI * time) / period + phase;
  return 0.65 * Math.sin(turns) + 0.35 * Math.sin(1.618 * turns + 1);
}

/** @param time seconds. @param person its number, so that two move differently. */
function headMotion(time: number, person: number): HeadMotion {
  const phase = 2.4 * person;
  return {
    x: 0.16 * sway(time, 7, phase),
    y: 0.07 * sway(time, 5, phase + 2),
    roll: 0.11 * sway(time, 6.3, phase + 1),
    size: 1 + 0.07 * sway(time, 11, phase + 3),
  };
}

/** The portraits of all people, painted when they are first needed, or before, in idle time. */
class Cast {
  readonly #portraits: readonly Map<Emotion, Portrait>[];

  constructor(readonly people: readonly Character[]) {
    this.#portraits = people.map(() => new Map<Emotion, Portrait>());
  }

  portrait(person: number, emotion: Emotion): Portrait {
    const known = this.#portraits[person].get(emotion);
    if (known) return known;
    const { looks, ...colors } = this.people[person];
    const look: Partial<Expression> = looks[emotion];
    const expression = Object.fromEntries(ACTION_UNITS.map((unit) => [unit, look[unit] ?? 0])) as Expression;
    const painted = paintPortrait(colors, expression);
    this.#portraits[person].set(emotion, painted);
    return painted;
  }

  /** Paints one of a person's missing portraits. @returns whether there was one. */
  paintNext(person: number): boolean {
    const missing = EMOTIONS.find((emotion) => !this.#portraits[person].has(emotion));
    if (missing === undefined) return false;
    this.portrait(person, missing);
    return true;
  }
}
