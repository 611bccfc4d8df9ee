import { pop, smoothstep } from './Easing';
import { SeededRandom } from './SeededRandom';

/** Least and most. */
export type Range = readonly [number, number];

export type Triple = readonly [number, number, number];

/**
 * How particles come and move; centimetres around a head, or halves of the screen (x and y from -1 to 1, y up).
 * Every value of a particle is drawn evenly from middle - spread to middle + spread.
 */
export interface ParticleMotion {
  /** Particles born per second at intensity 1. */
  readonly rate: number;
  /** Seconds that one lives. */
  readonly life: Range;
  readonly size: Range;
  readonly origin: Triple;
  readonly originSpread: Triple;
  /** Per second. */
  readonly velocity: Triple;
  readonly velocitySpread: Triple;
  /** Per second, squared; left out: none. */
  readonly acceleration?: Triple;
  /** How fast the velocity dies away, per second; left out: not at all. */
  readonly drag?: number;
  /** How far it swings to the sides. */
  readonly sway?: number;
  /** Most turns per second, either way. */
  readonly spin?: number;
}

const NONE: Triple = [0, 0, 0];
const SWAYS_PER_SECOND = 0.6;
/** Part of its life in which a particle shrinks to nothing. */
const SHRINKING = 0.3;

/**
 * A fixed number of particles, without what draws them. Where one is follows from its age alone, so the frame rate does
 * not change its path.
 */
export class Particles {
  /** How many there may be now, up to `count`. */
  room: number;
  /** Seconds since birth; negative: it does not live. */
  private readonly age: Float32Array;
  private readonly life: Float32Array;
  private readonly size: Float32Array;
  private readonly turn: Float32Array;
  private readonly spin: Float32Array;
  private readonly phase: Float32Array;
  private readonly start: Float32Array;
  private readonly speed: Float32Array;
  private readonly random: SeededRandom;
  private due = 0;

  constructor(
    readonly count: number,
    private readonly motion: ParticleMotion,
    seed: number,
  ) {
    this.room = count;
    const perParticle = () => new Float32Array(count);
    this.age = perParticle().fill(-1);
    this.life = perParticle();
    this.size = perParticle();
    this.turn = perParticle();
    this.spin = perParticle();
    this.phase = perParticle();
    this.start = new Float32Array(3 * count);
    this.speed = new Float32Array(3 * count);
    this.random = new SeededRandom(seed);
  }

  /** @param dt seconds. @param intensity 0..1; scales how many are born. */
  step(dt: number, intensity: number): void {
    for (let i = 0; i < this.count; i++) {
      if (this.lives(i)) this.age[i] += dt;
      if (this.age[i] >= this.life[i]) this.age[i] = -1;
    }
    this.due += this.motion.rate * intensity * dt;
    const births = Math.floor(this.due);
    this.due -= births;
    this.burst(births);
  }

  /** Bears this many at once, as far as there is room. */
  burst(births: number): void {
    for (let i = 0; i < this.room && births > 0; i++) {
      if (this.lives(i)) continue;
      this.bear(i);
      births--;
    }
  }

  clear(): void {
    this.age.fill(-1);
    this.due = 0;
  }

  lives(i: number): boolean {
    return this.age[i] >= 0;
  }

  /** Seconds since its birth. */
  ageOf(i: number): number {
    return this.age[i];
  }

  /** How much of its life is over, 0..1. */
  partOf(i: number): number {
    return this.age[i] / this.life[i];
  }

  x(i: number): number {
    const sway = this.motion.sway ?? 0;
    return this.along(0, i) + sway * Math.sin(2 * Math.PI * SWAYS_PER_SECOND * this.age[i] + this.phase[i]);
  }

  y(i: number): number {
    return this.along(1, i);
  }

  z(i: number): number {
    return this.along(2, i);
  }

  /** Pops up at birth, shrinks before death. */
  scale(i: number): number {
    const left = (this.life[i] - this.age[i]) / this.life[i];
    return this.size[i] * pop(this.age[i]) * smoothstep(0, SHRINKING, left);
  }

  /** Radians. */
  angle(i: number): number {
    return this.turn[i] + this.spin[i] * this.age[i];
  }

  private along(axis: number, i: number): number {
    const { drag = 0, acceleration = NONE } = this.motion;
    const age = this.age[i];
    const travelled = drag > 0 ? (1 - Math.exp(-drag * age)) / drag : age;
    const at = 3 * i + axis;
    return this.start[at] + this.speed[at] * travelled + (acceleration[axis] * age * age) / 2;
  }

  private bear(i: number): void {
    const random = this.random;
    const motion = this.motion;
    this.age[i] = 0;
    this.life[i] = random.between(motion.life[0], motion.life[1]);
    this.size[i] = random.between(motion.size[0], motion.size[1]);
    const spin = motion.spin ?? 0;
    this.spin[i] = 2 * Math.PI * random.between(-spin, spin);
    this.turn[i] = spin > 0 ? random.between(-0.4, 0.4) : 0;
    this.phase[i] = 2 * Math.PI * random.next();
    for (let axis = 0; axis < 3; axis++) {
      const at = 3 * i + axis;
      this.start[at] = motion.origin[axis] + motion.originSpread[axis] * random.between(-1, 1);
      this.speed[at] = motion.velocity[axis] + motion.velocitySpread[axis] * random.between(-1, 1);
    }
  }
}
