/** `value` moved towards `target` by `step` at most. */
function approach(value: number, target: number, step: number): number {
  return value < target ? Math.min(target, value + step) : Math.max(target, value - step);
}

/**
 * Fades from one expression to the next: each has a weight that moves towards 1 while the expression is current, and
 * towards 0 otherwise, at a constant speed. So the result does not depend on the frame rate, and with equal fade times
 * the weights never add up to more than 1.
 */
export class CrossFade {
  /** How far each expression is faded in, 0..1. */
  readonly weights: Float64Array;
  /** The weights times how strong each expression is, or last was, 0..1. */
  readonly intensities: Float64Array;
  private readonly strengths: Float64Array;

  /** @param fadeTimes seconds from 0 to 1, for each expression; 0: at once. */
  constructor(private readonly fadeTimes: readonly number[]) {
    this.weights = new Float64Array(fadeTimes.length);
    this.intensities = new Float64Array(fadeTimes.length);
    this.strengths = new Float64Array(fadeTimes.length);
  }

  /**
   * @param dt seconds since the last step.
   * @param current index of the current expression; -1: all fade out.
   * @param strength of the current expression, brought into 0..1. It may jump: what comes out does not.
   */
  step(dt: number, current: number, strength: number): void {
    const aim = strength > 0 ? Math.min(1, strength) : 0;
    for (let i = 0; i < this.weights.length; i++) {
      const move = dt < this.fadeTimes[i] ? dt / this.fadeTimes[i] : 1;
      if (i === current) {
        const hidden = this.weights[i] === 0;
        this.strengths[i] = hidden ? aim : approach(this.strengths[i], aim, move);
      }
      this.weights[i] = approach(this.weights[i], i === current ? 1 : 0, move);
      this.intensities[i] = this.weights[i] * this.strengths[i];
    }
  }
}
