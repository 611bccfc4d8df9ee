/**
 * Scales a square grey image bilinearly. Pixel centres are at half pixels and edge pixels are repeated beyond the border,
 * as in OpenCV's `INTER_LINEAR` and TensorFlow's `half_pixel_centers`.
 * @param source grey values 0..255, [sourceSize, sourceSize].
 * @param out receives grey values 0..255, [targetSize, targetSize].
 */
export function resizeBilinear(
  source: Uint8Array | Float32Array,
  sourceSize: number,
  targetSize: number,
  out: Float32Array,
): void {
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

/**
 * How many samples of a source in each direction one target pixel must be the mean of. Bilinear sampling sees every pixel
 * as long as its steps are shorter than two of them; longer ones skip some, and fine lines would flicker.
 */
export function samplesPerPixel(sourceSize: number, targetSize: number): number {
  return Math.max(1, Math.floor(sourceSize / targetSize));
}

/**
 * Means of squares of pixels.
 * @param source [factor·size, factor·size].
 * @param out receives [size, size]: pixel p goes to `offset + p·stride`.
 */
export function averageSquares(
  source: Float32Array,
  factor: number,
  size: number,
  out: Float32Array,
  offset = 0,
  stride = 1,
): void {
  const width = factor * size;
  for (let p = 0; p < size * size; p++) {
    const corner = factor * (Math.floor(p / size) * width + (p % size));
    let sum = 0;
    for (let row = 0; row < factor; row++) {
      for (let column = 0; column < factor; column++) sum += source[corner + row * width + column];
    }
    out[offset + p * stride] = sum / factor ** 2;
  }
}

/**
 * Scales a square grey image to any size without aliasing: bilinearly, and by means of squares where it shrinks by two or
 * more.
 * @param source grey values 0..255, [sourceSize, sourceSize].
 * @param out receives grey values 0..255, [targetSize, targetSize].
 */
export function resizeGrey(source: Uint8Array, sourceSize: number, targetSize: number, out: Float32Array): void {
  const factor = samplesPerPixel(sourceSize, targetSize);
  if (factor === 1) resizeBilinear(source, sourceSize, targetSize, out);
  else {
    const fine = new Float32Array((factor * targetSize) ** 2);
    resizeBilinear(source, sourceSize, factor * targetSize, fine);
    averageSquares(fine, factor, targetSize, out);
  }
}

/**
 * {@link resizeGrey} in whole grey levels.
 * @param face grey values 0..255, square.
 * @param scratch of targetSize² numbers at least, overwritten.
 * @returns [targetSize, targetSize].
 */
export function resizeToBytes(face: Uint8Array, targetSize: number, scratch: Float32Array): Uint8Array {
  const resized = scratch.subarray(0, targetSize ** 2);
  resizeGrey(face, Math.sqrt(face.length), targetSize, resized);
  return Uint8Array.from(resized, Math.round);
}

/**
 * Writes a face into a colour image [3, S, S] with values in [−1, 1]: scaled to it, the same in each colour.
 * @param face grey values 0..255, square.
 */
export function faceToImage(face: Uint8Array, size: number, image: Float32Array): void {
  const area = size * size;
  const grey = image.subarray(0, area);
  resizeGrey(face, Math.sqrt(face.length), size, grey);
  for (let i = 0; i < area; i++) grey[i] = grey[i] / 127.5 - 1;
  image.copyWithin(area, 0, area);
  image.copyWithin(2 * area, 0, area);
}
