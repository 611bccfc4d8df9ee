/** What JPEG at a given quality does to a grey picture: rounding of the frequencies of its 8 × 8 blocks (ITU-T T.81). */

/** Pixels along the side of a block. */
const SIDE = 8;

/** Step of each frequency at quality 50, row by row: table K.1 of ITU-T T.81, for brightness. */
const STEPS = [
  16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69, 56, 14, 17, 22, 29, 51,
  87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92, 49, 64, 78, 87, 103, 121, 120, 101,
  72, 92, 95, 98, 112, 100, 103, 99,
];

/** Orthonormal cosines: frequency f at place p is `COSINES[8·f + p]`. */
const COSINES = Float64Array.from({ length: SIDE * SIDE }, (_, at) => {
  const [frequency, place] = [Math.floor(at / SIDE), at % SIDE];
  return Math.sqrt((frequency === 0 ? 1 : 2) / SIDE) * Math.cos(((2 * place + 1) * frequency * Math.PI) / (2 * SIDE));
});

/** libjpeg's scale of the steps. @param quality 1 to 100. */
function stepsAt(quality: number): Float64Array {
  const percent = quality < 50 ? 5000 / quality : 200 - 2 * quality;
  return Float64Array.from(STEPS, (step) => Math.min(255, Math.max(1, Math.floor((step * percent + 50) / 100))));
}

const block = new Float64Array(SIDE * SIDE);
const frequencies = new Float64Array(SIDE * SIDE);

/** out[8·i + j] = Σ values[8·j + k]·cosine(i, k): one dimension transformed, and rows exchanged with columns. */
function transform(values: Float64Array, out: Float64Array, inverse: boolean): void {
  const [alongFrequency, alongPlace] = inverse ? [1, SIDE] : [SIDE, 1];
  for (let i = 0; i < SIDE; i++) {
    for (let j = 0; j < SIDE; j++) {
      let sum = 0;
      for (let k = 0; k < SIDE; k++) sum += values[SIDE * j + k] * COSINES[i * alongFrequency + k * alongPlace];
      out[SIDE * i + j] = sum;
    }
  }
}

/**
 * Makes of a picture what a decoder shows of it as JPEG, without rounding its tones to bytes. Blocks begin at the top left; where
 * the side is no multiple of 8, the edge pixels go on.
 * @param picture grey values 0..255, [side, side]; changed in place, and kept within 0..255.
 * @param quality 1 to 100, as libjpeg has it.
 */
export function compressAsJpeg(picture: Float32Array, side: number, quality: number): void {
  const steps = stepsAt(quality);
  for (let top = 0; top < side; top += SIDE) {
    for (let left = 0; left < side; left += SIDE) {
      for (let at = 0; at < SIDE * SIDE; at++) {
        const row = Math.min(side - 1, top + Math.floor(at / SIDE));
        block[at] = picture[row * side + Math.min(side - 1, left + (at % SIDE))] - 128;
      }
      transform(block, frequencies, false);
      transform(frequencies, block, false);
      for (const [at, step] of steps.entries()) block[at] = step * Math.round(block[at] / step);
      transform(block, frequencies, true);
      transform(frequencies, block, true);
      const rows = Math.min(SIDE, side - top);
      const columns = Math.min(SIDE, side - left);
      for (let row = 0; row < rows; row++)
        for (let column = 0; column < columns; column++)
          picture[(top + row) * side + left + column] = Math.min(255, Math.max(0, block[SIDE * row + column] + 128));
    }
  }
}
