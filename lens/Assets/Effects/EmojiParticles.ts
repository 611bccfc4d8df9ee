import { smoothstep } from './Easing';
import type { EffectFrame, EffectPart } from './EffectStage';
import type { Emoji, EmojiFactory } from './Emoji';
import { type ParticleMotion, Particles } from './Particles';

/** What the particles are. */
export interface EmojiLook {
  /** Given to the particles in turn. */
  readonly glyphs: readonly string[];
  /** How many there can be at once; each is one Text, so few. */
  readonly count: number;
  /** 0..1; left out: 1. */
  readonly opacity?: number;
  /** Makes the particles' paths, the same each time. */
  readonly seed: number;
}

/** Emoji that fly: at most a fixed number of Texts, moved each frame. */
export class EmojiParticles implements EffectPart {
  private readonly particles: Particles;
  private readonly emoji: Emoji[] = [];

  constructor(
    private readonly create: EmojiFactory,
    private readonly look: EmojiLook,
    motion: ParticleMotion,
  ) {
    this.particles = new Particles(look.count, motion, look.seed);
    this.particles.room = 0;
  }

  prepare(): boolean {
    const { glyphs, count, opacity = 1 } = this.look;
    const next = this.emoji.length;
    if (next === count) return false;
    this.emoji.push(this.create(glyphs[next % glyphs.length], opacity));
    this.particles.room = this.emoji.length;
    return true;
  }

  /** @param share of the particles to be born, 0..1. At low intensity fewer are born, and all are smaller. */
  step(frame: EffectFrame, share: number): void {
    const { particles, emoji } = this;
    particles.step(frame.dt, frame.intensity * share);
    const fade = smoothstep(0, 0.5, frame.intensity);
    for (let i = 0; i < emoji.length; i++) {
      if (particles.lives(i)) {
        const size = particles.scale(i) * fade;
        emoji[i].place(particles.x(i), particles.y(i), particles.z(i), size, particles.angle(i));
      } else {
        emoji[i].hide();
      }
    }
  }

  /** Bears this many at once, as far as there is room. */
  burst(births: number): void {
    this.particles.burst(births);
  }

  rest(): void {
    this.particles.clear();
    for (let i = 0; i < this.emoji.length; i++) this.emoji[i].hide();
  }
}
