/** Odds change by this factor from the middle of a sensitivity slider to its end. */
const STRONGEST = 8;

/**
 * What is added to the logits where people act: angry, disgusted and afraid far more often and more openly than on the
 * photographs that the model learned from. Chosen on KDEF's posed faces and FER2013's PublicTest together, see
 * "Everyday and acted faces" in the lens's README.
 */
export const ACTED_BIAS = [0.85, 1.6, 1.6, 0, 0.2, 0.45, 0.4];

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
   */
  constructor(sensitivities: ArrayLike<number>, acted = 0) {
    this.factors = Float64Array.from(
      sensitivities,
      (sensitivity, i) => STRONGEST ** sensitivity * Math.exp(acted * ACTED_BIAS[i]),
    );
  }

  /** @param probabilities changed in place. */
  apply(probabilities: Float32Array): void {
    let sum = 0;
    for (let i = 0; i < probabilities.length; i++) sum += probabilities[i] * this.factors[i];
    for (let i = 0; i < probabilities.length; i++) probabilities[i] *= this.factors[i] / sum;
  }
}
