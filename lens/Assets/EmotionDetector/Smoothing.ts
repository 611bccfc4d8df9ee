/**
 * Exponential smoothing in time: with the target held, the distance to it shrinks by e every `time` seconds, however
 * many frames that takes (the exact step response of a first-order low-pass filter, α = 1 − e^(−dt/τ)).
 */
export class Smoothing {
  /** Smoothed values; zeros until the first target. */
  readonly values: Float32Array;
  private readonly target: Float32Array;
  private started = false;

  /**
   * @param length number of values.
   * @param time time constant τ, seconds; 0 follows the target at once.
   */
  constructor(
    length: number,
    private readonly time: number,
  ) {
    this.values = new Float32Array(length);
    this.target = new Float32Array(length);
  }

  /** What the values move to from now on. The first one after a start is taken over at once. */
  aim(target: Float32Array): void {
    this.target.set(target);
    if (!this.started) this.values.set(target);
    this.started = true;
  }

  /** @param dt seconds since the last call. */
  update(dt: number): void {
    const share = this.time > 0 ? 1 - Math.exp(-dt / this.time) : 1;
    for (let i = 0; i < this.values.length; i++) this.values[i] += share * (this.target[i] - this.values[i]);
  }

  /** Forgets everything, for another face. */
  reset(): void {
    this.started = false;
    this.values.fill(0);
    this.target.fill(0);
  }
}
