/** Mean and standard deviation of grey values. */
export interface Moments {
  readonly mean: number;
  readonly deviation: number;
}

export function momentsOf(pixels: Uint8Array): Moments {
  let sum = 0;
  let squares = 0;
  for (const value of pixels) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / pixels.length;
  return { mean, deviation: Math.sqrt(Math.max(0, squares / pixels.length - mean * mean)) };
}
