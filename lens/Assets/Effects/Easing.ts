/** 0 up to `from`, 1 from `to` on, a smooth rise between. */
export function smoothstep(from: number, to: number, value: number): number {
  const part = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return part * part * (3 - 2 * part);
}

/** Size of something that pops up: 0 at 0, over 1 at about 0.2 s, swinging down to 1. @param time in seconds, from 0. */
export function pop(time: number): number {
  return 1 - Math.exp(-7 * time) * Math.cos(14 * time);
}

/** A sine of the time: -1..1. @param frequency turns per second. */
export function wave(time: number, frequency: number): number {
  return Math.sin(2 * Math.PI * frequency * time);
}
