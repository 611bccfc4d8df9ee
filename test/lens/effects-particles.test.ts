import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ParticleMotion, Particles } from '../../lens/Assets/Effects/Particles.ts';
import { SeededRandom } from '../../lens/Assets/Effects/SeededRandom.ts';

const FALL: ParticleMotion = {
  rate: 4,
  life: [2, 2],
  size: [1, 1],
  origin: [1, 10, 0],
  originSpread: [0, 0, 0],
  velocity: [3, 0, 0],
  velocitySpread: [0, 0, 0],
  acceleration: [0, -10, 0],
};

const living = (particles: Particles) =>
  Array.from({ length: particles.count }, (_, i) => i).filter((i) => particles.lives(i));

describe('SeededRandom', () => {
  it('gives the same numbers for the same seed, others for another', () => {
    const draw = (seed: number) => {
      const random = new SeededRandom(seed);
      return Array.from({ length: 20 }, () => random.next());
    };
    expect(draw(5)).toEqual(draw(5));
    expect(draw(5)).not.toEqual(draw(6));
  });

  it('spreads evenly', () => {
    const random = new SeededRandom(1);
    const bins = new Array<number>(10).fill(0);
    for (let i = 0; i < 10_000; i++) bins[Math.floor(random.next() * 10)]++;
    for (const bin of bins) expect(Math.abs(bin - 1000)).toBeLessThan(150);
  });
});

describe('Particles', () => {
  it('fall as bodies do, by hand', () => {
    const particles = new Particles(1, FALL, 1);
    particles.burst(1);
    particles.step(1, 0);
    expect(particles.x(0)).toBeCloseTo(4);
    expect(particles.y(0)).toBeCloseTo(5);
  });

  it('come to rest after velocity / drag', () => {
    const particles = new Particles(1, { ...FALL, life: [100, 100], acceleration: undefined, drag: 2 }, 1);
    particles.burst(1);
    particles.step(50, 0);
    expect(particles.x(0)).toBeCloseTo(1 + 3 / 2);
  });

  it('are born at their rate times the intensity', () => {
    const particles = new Particles(100, { ...FALL, life: [100, 100] }, 1);
    for (let i = 0; i < 300; i++) particles.step(1 / 30, 0.5);
    expect(Math.abs(living(particles).length - 20)).toBeLessThanOrEqual(1);
  });

  it('die at the end of their life, shrunk to nothing', () => {
    const particles = new Particles(3, FALL, 1);
    particles.burst(3);
    particles.step(1.99, 0);
    expect(living(particles)).toHaveLength(3);
    expect(particles.scale(0)).toBeLessThan(0.01);
    particles.step(0.02, 0);
    expect(living(particles)).toHaveLength(0);
  });

  it('never are more than there is room for, nor come back after clear', () => {
    const particles = new Particles(5, FALL, 1);
    particles.burst(50);
    expect(living(particles)).toHaveLength(5);
    particles.clear();
    expect(living(particles)).toHaveLength(0);
  });

  it('take the same path at every frame rate', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), fc.integer(), (parts, seed) => {
        const motion: ParticleMotion = { ...FALL, velocitySpread: [2, 2, 2], drag: 0.5, sway: 1, spin: 1 };
        const paths = [1, parts].map((steps) => {
          const particles = new Particles(1, motion, seed);
          particles.burst(1);
          for (let i = 0; i < steps; i++) particles.step(1.5 / steps, 0);
          return [particles.x(0), particles.y(0), particles.z(0), particles.scale(0), particles.angle(0)];
        });
        paths[0].forEach((value, i) => {
          expect(paths[1][i]).toBeCloseTo(value, 3);
        });
      }),
    );
  });
});
