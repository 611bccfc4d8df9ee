import { smoothstep } from './Easing';
import type { EffectFrame, EffectPart } from './EffectStage';
import { type ParticleMotion, Particles } from './Particles';
import type { Dress, Piece, Place } from './Piece';

/** Pieces that fly: at most a fixed number, moved each frame. */
export class FlyingPieces implements EffectPart {
  private readonly particles: Particles;
  private readonly pieces: Piece[] = [];

  /**
   * @param dresses given to the pieces in turn.
   * @param count how many there can be at once; each is a visual of its own, so few.
   * @param seed makes the pieces' paths, the same each time.
   */
  constructor(
    private readonly place: Place,
    private readonly dresses: readonly Dress[],
    private readonly count: number,
    seed: number,
    motion: ParticleMotion,
  ) {
    this.particles = new Particles(count, motion, seed);
    this.particles.room = 0;
  }

  prepare(): boolean {
    const next = this.pieces.length;
    if (next === this.count) return false;
    this.pieces.push(this.place(this.dresses[next % this.dresses.length]));
    this.particles.room = this.pieces.length;
    return true;
  }

  /** @param share of the pieces to be born, 0..1. At low intensity fewer are born, and all are smaller. */
  step(frame: EffectFrame, share: number): void {
    const { particles, pieces } = this;
    particles.step(frame.dt, frame.intensity * share);
    const fade = smoothstep(0, 0.5, frame.intensity);
    for (let i = 0; i < pieces.length; i++) {
      if (!particles.lives(i)) {
        pieces[i].hide();
        continue;
      }
      pieces[i].place(
        particles.x(i),
        particles.y(i),
        particles.z(i),
        particles.scale(i) * fade,
        particles.angle(i),
        particles.ageOf(i),
        particles.partOf(i),
      );
    }
  }

  /** Bears this many at once, as far as there is room. */
  burst(births: number): void {
    this.particles.burst(births);
  }

  rest(): void {
    this.particles.clear();
    for (let i = 0; i < this.pieces.length; i++) this.pieces[i].hide();
  }
}
