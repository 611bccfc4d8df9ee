/**
 * Learning rate of a step: a linear warm-up from nearly 0 to `peak`, then half a cosine down to 0
 * (Loshchilov and Hutter 2017, arXiv:1608.03983).
 * @param step 0-based.
 * @param warmupSteps steps of the warm-up, part of `totalSteps`.
 */
export function learningRateAt(step: number, peak: number, warmupSteps: number, totalSteps: number): number {
  if (step < warmupSteps) return (peak * (step + 1)) / warmupSteps;
  const progress = (step - warmupSteps) / Math.max(1, totalSteps - warmupSteps);
  return (peak * (1 + Math.cos(Math.PI * Math.min(1, progress)))) / 2;
}
