/** Milliseconds of the page's parts, newest last. */
export interface PreviewStats {
  /** From one shown frame to the next. */
  readonly interval: number[];
  /** Of the page's own work on a frame: the lens, drawing. */
  readonly work: number[];
  /** Of one look of the face detector, in its worker. */
  readonly detector: number[];
  /** Of the landmarks of all faces in one picture, in the worker. */
  readonly landmarks: number[];
  /** Of one run of the lens's model. */
  readonly model: number[];
}

declare global {
  interface Window {
    /** Read by what measures the page. */
    previewStats: PreviewStats;
  }
}

/** Samples that are kept of each part. */
const KEPT = 4000;

export type Part = keyof PreviewStats;

export const stats: PreviewStats = { interval: [], work: [], detector: [], landmarks: [], model: [] };

export function addSample(part: Part, milliseconds: number): void {
  const samples = stats[part];
  samples.push(milliseconds);
  if (samples.length > 2 * KEPT) samples.splice(0, KEPT);
}

/** The value below which a share of the numbers lies; NaN without numbers. @param share 0..1. */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}
