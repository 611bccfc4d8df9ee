/** Odds change by this factor from the middle of a sensitivity slider to its end. */
const STRONGEST = 8;

/**
 * Makes a model more or less inclined to each class: p'[i] ∝ p[i] · 8^s[i] · e^(acted · bias[i]), renormalised. This adds a
 * bias to the logits, as if the classes were more or less common than in training. It moves doubtful faces most and
 * certain ones hardly, keeps probabilities probabilities, and never makes a class less likely when its own sensitivity is
 * raised.
 */
export class Sensitivity {
  private readonly factors: Float64Array;

  /**
   * @param sensitivities of each class, −1..1; 0 for all, or the same for all, changes nothing.
   * @param acted 0 expects everyday faces, 1 people who act.
   * @param actedBias what is added to the logits where people act, of each class; 0 for those that it lacks.
   */
  constructor(sensitivities: ArrayLike<number>, acted: number, actedBias: ArrayLike<number>) {
    this.factors = Float64Array.from(
      sensitivities,
      (sensitivity, i) => STRONGEST ** sensitivity * Math.exp(acted * (actedBias[i] ?? 0)),
    );
  }

  /** @param probabilities changed in place. */
  apply(probabilities: Float32Array): void {
    let sum = 0;
    for (let i = 0; i < probabilities.length; i++) sum += probabilities[i] * this.factors[i];
    for (let i = 0; i < probabilities.length; i++) probabilities[i] *= this.factors[i] / sum;
  }
}
