/**
 * The state of a long step. The code that runs it receives a reporter; the command line draws bars with it, tests and
 * libraries pass {@link silent}.
 */
export interface Progress {
  /** What is being done, for example `epoch 3/18`. */
  readonly step: string;
  readonly done: number;
  readonly total: number;
  /** What one unit of `done` is, for example `img` or `MB`. */
  readonly unit: string;
  /** Further figures to show, for example the loss. */
  readonly figures?: Readonly<Record<string, string>>;
}

export interface Reporter {
  /** A step moves on; the first call of a new `step` begins it, `done === total` ends it. */
  progress(progress: Progress): void;
  /** A line that stays: what was found, counted or written. */
  note(line: string): void;
}

export const silent: Reporter = { progress() {}, note() {} };
