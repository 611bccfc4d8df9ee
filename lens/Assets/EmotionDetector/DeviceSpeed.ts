/** What some versions of Lens Studio tell of the device; none of it is sure to be there. */
interface DeviceInfo {
  readonly performanceIndexes?: { readonly ml?: unknown };
  isEditor?(): boolean;
}

/** Most runs of the model per second on phones below a performance index, slowest first; all others run it as they are told. */
const LIMITS: readonly { readonly below: number; readonly runs: number }[] = [
  { below: 2, runs: 5 },
  { below: 4, runs: 8 },
];

/**
 * How fast the phone runs models: Snap's index, 0 for the slowest, 8 and more for the fastest. Undefined where Lens Studio
 * does not tell, and in Lens Studio itself, where it would say nothing of a phone.
 */
export function mlPerformanceIndex(): number | undefined {
  const { deviceInfoSystem } = global as unknown as { deviceInfoSystem?: DeviceInfo };
  try {
    if (deviceInfoSystem?.isEditor?.()) return undefined;
    const index = deviceInfoSystem?.performanceIndexes?.ml;
    return typeof index === 'number' && index >= 0 ? index : undefined;
  } catch {
    // Not to be told is no reason to detect nothing.
    return undefined;
  }
}

/**
 * How often the model is to run: as often as it was told to, or less often on a slow phone.
 * @param runsPerSecond 0 for every frame. @param index of the phone, see `mlPerformanceIndex`.
 */
export function affordableRuns(runsPerSecond: number, index: number | undefined): number {
  const limit = index === undefined ? undefined : LIMITS.find(({ below }) => index < below);
  if (limit === undefined) return runsPerSecond;
  return runsPerSecond > 0 ? Math.min(runsPerSecond, limit.runs) : limit.runs;
}
