/** Odds change by this factor from the middle of a sensitivity slider to its end. */
const STRONGEST = 8;

/**
 * Makes a model more or less inclined to each class: p'[i] ∝ p[i] · 8^s[i], renormalised. This adds a bias to the
 * logits, as if the classes were more or less common than in training. It moves doubtful faces most and certain ones
 * hardly, keeps probabilities probabilities, and never makes a class less likely when its own sensitivity is raised.
 */
export class Sensitivity {
  private readonly factors: Float64Array;

  /** @param sensitivities of each class, −1..1; 0 for all, or the same for all, changes nothing. */
  constructor(sensitivities: ArrayLike<number>) {
    this.factors = Float64Array.from(sensitivities, (sensitivity) => STRONGEST ** sensitivity);
  }

  /** @param probabilities changed in place. */
  apply(probabilities: Float32Array): void {
    let sum = 0;
    for (let i = 0; i < probabilities.length; i++) sum += probabilities[i] * this.factors[i];
    for (let i = 0; i < probabilities.length; i++) probabilities[i] *= this.factors[i] / sum;
  }
}
