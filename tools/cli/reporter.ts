import { clearLine, cursorTo } from 'node:readline';
import { type Options, type Params, SingleBar } from 'cli-progress';
import { printable } from '../../ml/core/errors.ts';
import { type Progress, type Reporter, silent } from '../../ml/core/progress.ts';

/** A reporter of the command line; after `close` nothing of it stays on the terminal's current line. */
export interface CliReporter extends Reporter {
  close(): void;
}

/** Milliseconds between two lines of the same step. */
const LINE_INTERVAL = 10_000;

/** Characters of a bar. */
const BAR = 24;

/** Bars on a terminal, lines elsewhere, nothing if quiet. */
export function createReporter(stream: NodeJS.WriteStream, quiet: boolean): CliReporter {
  if (quiet) return { ...silent, close() {} };
  return stream.isTTY ? new BarReporter(stream) : new LineReporter(stream);
}

/** Writes a line at most every ten seconds, and one at the end of a step. */
export class LineReporter implements CliReporter {
  readonly #stream: { write(text: string): unknown };
  readonly #now: () => number;
  readonly #pace: Pace;
  #written = 0;

  /** @param now clock in milliseconds. */
  constructor(stream: { write(text: string): unknown }, now = () => performance.now()) {
    this.#stream = stream;
    this.#now = now;
    this.#pace = new Pace(now);
  }

  progress(progress: Progress): void {
    const { step, done, total, unit } = progress;
    // A step's first report has no speed to tell, and short steps need no line before their end.
    if (this.#pace.begins(progress)) this.#written = this.#now();
    if (done < total && this.#now() - this.#written < LINE_INTERVAL) return;
    this.#written = this.#now();
    const pace = this.#pace.describe(progress);
    this.note(`${step}: ${done}/${total} ${unit}${pace === '' ? '' : `, ${pace}`}`);
  }

  note(line: string): void {
    this.#stream.write(`${printable(line)}\n`);
  }

  close(): void {}
}

/** Draws one bar, which notes push down. */
class BarReporter implements CliReporter {
  readonly #stream: NodeJS.WriteStream;
  readonly #pace = new Pace(() => performance.now());
  #bar: SingleBar | undefined;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  progress(progress: Progress): void {
    const { done, total } = progress;
    const step = printable(progress.step);
    if (this.#pace.begins(progress) || !this.#bar) {
      this.close();
      // What is too long is cut here: a terminal set not to wrap would stay so when the process is killed.
      const format = (_: Options, { progress: share }: Params, { step, pace }: { step: string; pace: string }) => {
        const filled = Math.round(BAR * share);
        const bar = '█'.repeat(filled) + '░'.repeat(BAR - filled);
        return `${step} ${bar} ${Math.floor(100 * share)} % ${pace}`.slice(0, this.#stream.columns - 1);
      };
      this.#bar = new SingleBar({ format, stream: this.#stream, linewrap: true });
      this.#bar.start(total, done, { step, pace: '' });
    }
    this.#bar.setTotal(total);
    this.#bar.update(done, { step, pace: printable(this.#pace.describe(progress)) });
    if (done >= total) this.close();
  }

  note(line: string): void {
    if (this.#bar) {
      cursorTo(this.#stream, 0);
      clearLine(this.#stream, 0);
    }
    this.#stream.write(`${printable(line)}\n`);
  }

  close(): void {
    this.#bar?.stop();
    this.#bar = undefined;
  }
}

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
