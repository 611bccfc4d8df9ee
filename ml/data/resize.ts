/**
 * Scales a square grey image bilinearly. Pixel centres lie at half pixels and the edge pixels go on beyond the border,
 * as in OpenCV's `INTER_LINEAR` and TensorFlow's `half_pixel_centers`.
 * @param source grey values 0..255, [sourceSize, sourceSize].
 * @param out receives grey values 0..255, [targetSize, targetSize].
 */
export function resizeBilinear(source: Uint8Array, sourceSize: number, targetSize: number, out: Float32Array): void {
  const last = sourceSize - 1;
  const first = new Int32Array(targetSize);
  const share = new Float64Array(targetSize);
  for (let i = 0; i < targetSize; i++) {
    const centre = Math.min(last, Math.max(0, ((i + 0.5) * sourceSize) / targetSize - 0.5));
    first[i] = Math.min(Math.floor(centre), Math.max(0, last - 1));
    share[i] = centre - first[i];
  }
  const next = sourceSize > 1 ? 1 : 0;
  for (let row = 0; row < targetSize; row++) {
    const top = first[row] * sourceSize;
    const bottom = top + next * sourceSize;
    for (let column = 0; column < targetSize; column++) {
      const left = first[column];
      const upper = source[top + left] + share[column] * (source[top + left + next] - source[top + left]);
      const lower = source[bottom + left] + share[column] * (source[bottom + left + next] - source[bottom + left]);
      out[row * targetSize + column] = upper + share[row] * (lower - upper);
    }
  }
}
