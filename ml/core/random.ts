/**
 * A seeded random generator: xoshiro128** of Blackman and Vigna (2018), its state spread from the seed words by
 * splitmix32. The same seeds give the same numbers on every machine.
 */
export class Random {
  readonly #state = new Uint32Array(4);

  /** @param seeds any whole numbers, for example (run seed, epoch, image); every one of them changes the stream. */
  constructor(...seeds: number[]) {
    let mixed = 0x9e3779b9;
    for (const seed of seeds) {
      mixed = splitmix32(mixed ^ (seed >>> 0));
      mixed = splitmix32(mixed ^ Math.floor(seed / 2 ** 32));
    }
    for (let i = 0; i < 4; i++) {
      mixed = splitmix32(mixed);
      this.#state[i] = mixed;
    }
  }

  /** A whole number from 0 to 2³²−1. */
  uint32(): number {
    const s = this.#state;
    const result = Math.imul(rotateLeft(Math.imul(s[1], 5), 7), 9) >>> 0;
    const t = s[1] << 9;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotateLeft(s[3], 11);
    return result;
  }

  /** Uniform in [low, high). */
  uniform(low = 0, high = 1): number {
    return low + (high - low) * (this.uint32() / 2 ** 32);
  }

  /** A whole number from 0 to `count` − 1. */
  integer(count: number): number {
    return Math.floor(this.uniform(0, count));
  }

  /** True with this probability. */
  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  /** Standard normal, by Box and Muller (1958). */
  normal(mean = 0, deviation = 1): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return mean + deviation * radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Beta(α, α), by Jöhnk (1964); from 0 to 1, near the ends for a small α. */
  beta(alpha: number): number {
    for (;;) {
      const [x, y] = [this.uniform() ** (1 / alpha), this.uniform() ** (1 / alpha)];
      if (x + y > 0 && x + y <= 1) return x / (x + y);
    }
  }

  /** One element of a list. */
  pick<T>(items: readonly T[]): T {
    return items[this.integer(items.length)];
  }

  /** Shuffles in place (Fisher and Yates) and returns the same array. */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const kept = items[i];
      items[i] = items[j];
      items[j] = kept;
    }
    return items;
  }
}

function rotateLeft(x: number, bits: number): number {
  return (x << bits) | (x >>> (32 - bits));
}

function splitmix32(seed: number): number {
  let z = (seed + 0x9e3779b9) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b);
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35);
  return (z ^ (z >>> 16)) >>> 0;
}
