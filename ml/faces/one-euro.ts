/** Cutoff frequency of a face at rest, in hertz. */
const MIN_CUTOFF = 1.2;
/** How much the cutoff rises, in hertz for a speed of one unit in a second. */
const BETA = 20;
/** Cutoff frequency of the speed, in hertz. */
const SPEED_CUTOFF = 1.5;

/**
 * The One Euro filter of Casiez, Roussel and Vogel (CHI 2012): a low-pass whose cutoff rises with the speed, so that it
 * quiets what is at rest and does not lag behind what moves.
 */
export class OneEuroFilter {
  #value: Float64Array | null = null;
  #speed = new Float64Array(0);

  /**
   * @param values in any unit.
   * @param unit how long the unit of {@link BETA}'s speeds is, in that of the values.
   * @param dt seconds since the last values, above 0.
   */
  filter(values: Float32Array, unit: number, dt: number): Float32Array {
    if (!this.#value) {
      this.#value = Float64Array.from(values);
      this.#speed = new Float64Array(values.length);
      return values.slice();
    }
    const speedShare = shareOf(SPEED_CUTOFF, dt);
    for (let i = 0; i < values.length; i++) {
      const speed = (values[i] - this.#value[i]) / (unit * dt);
      this.#speed[i] += speedShare * (speed - this.#speed[i]);
      const share = shareOf(MIN_CUTOFF + BETA * Math.abs(this.#speed[i]), dt);
      this.#value[i] += share * (values[i] - this.#value[i]);
    }
    return Float32Array.from(this.#value);
  }
}

/** How much of a new value a low-pass takes. */
function shareOf(cutoff: number, dt: number): number {
  const time = 1 / (2 * Math.PI * cutoff);
  return 1 / (1 + time / dt);
}
