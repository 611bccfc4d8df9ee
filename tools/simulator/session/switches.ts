import type { FrameRecord, Session } from './session.ts';

/** How often a lens changed its mind, in times a minute. */
export interface Switches {
  /** The likeliest class of the model's answers. */
  readonly before: number;
  /** The detector's expression. */
  readonly after: number;
}

/** @param from @param to seconds since the start. */
export function switchesPerMinute({ answers, frames }: Session, from: number, to: number): Switches {
  const within = ({ time }: { time: number }) => time >= from && time < to;
  const minutes = (to - from) / 60;
  const likeliest = answers.filter(within).map(({ value }) => value.indexOf(Math.max(...value)));
  return {
    before: changes(likeliest) / minutes,
    after: changes(frames.filter(within).map(({ emotion }: FrameRecord) => emotion)) / minutes,
  };
}

const changes = (values: readonly number[]): number =>
  values.filter((value, i) => i > 0 && value !== values[i - 1]).length;
