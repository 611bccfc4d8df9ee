import type { Progress } from '../../ml/core/progress.ts';

/** How fast a step goes, from its own progress. */
export class Pace {
  readonly #now: () => number;
  #first: { readonly step: string; readonly done: number; readonly at: number } | undefined;

  /** @param now clock in milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Takes in how far a step is; returns whether it has just begun. */
  begins({ step, done }: Progress): boolean {
    if (this.#first?.step === step && done >= this.#first.done) return false;
    this.#first = { step, done, at: this.#now() };
    return true;
  }

  /** Speed, time left and further figures in words; empty as long as the speed is unknown. */
  describe({ done, total, unit, figures = {} }: Progress): string {
    const parts = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
    const seconds = this.#first ? (this.#now() - this.#first.at) / 1000 : 0;
    const perSecond = this.#first && seconds > 0 ? (done - this.#first.done) / seconds : 0;
    if (perSecond > 0) {
      parts.unshift(`${perSecond >= 10 ? Math.round(perSecond) : perSecond.toFixed(1)} ${unit}/s`);
      if (done < total) parts.push(`${formatDuration((total - done) / perSecond)} left`);
    }
    return parts.join(', ');
  }
}

/** `0:07`, `12:30`, `1:02:00`. */
export function formatDuration(seconds: number): string {
  const whole = Math.round(seconds);
  const pad = (n: number) => String(n).padStart(2, '0');
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
}
