/** Parts of the screen's sides that it may be drawn at: each needs about half as much as the one before. */
const STEPS = [1, 0.7, 0.5, 0.35] as const;
/** Milliseconds of a drawing: above the first it becomes coarser, below the second finer. A step changes less than their ratio. */
const SLOW = 16;
const FAST = 5;
/** Drawings whose mean counts. */
const WINDOW = 6;

/**
 * How finely a picture with materials is drawn. A computer without a graphics card runs their shaders on its processor, where a shader all over
 * the screen takes longer than a frame may.
 */
export class Resolution {
  #step = 0;
  #sum = 0;
  #count = 0;

  /** What the sides of the screen are multiplied with. */
  get scale(): number {
    return STEPS[this.#step];
  }

  /** A drawing at this scale has taken so long. */
  took(milliseconds: number): void {
    this.#sum += milliseconds;
    if (++this.#count < WINDOW) return;
    const mean = this.#sum / WINDOW;
    if (mean > SLOW) this.#step = Math.min(STEPS.length - 1, this.#step + 1);
    else if (mean < FAST) this.#step = Math.max(0, this.#step - 1);
    [this.#sum, this.#count] = [0, 0];
  }
}
