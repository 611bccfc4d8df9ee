import { UserError } from '../core/errors.ts';
import type { FaceDataset } from './dataset.ts';

/** What every reader of faces returns. */
export interface LoadedFaces {
  readonly dataset: FaceDataset;
  /** Rows or images of the source, the bad ones included. */
  readonly sourceRows: number;
  readonly badRows: { readonly count: number; readonly first: readonly string[] };
}

const REMEMBERED = 5;

/** Counts malformed rows, or stops at the first. */
export class BadRows {
  count = 0;
  /** Place and reason of the first few. */
  readonly first: string[] = [];
  readonly #skip: boolean;

  constructor(skip: boolean) {
    this.#skip = skip;
  }

  /**
   * @param source the file that holds the row.
   * @param place of the row in it, for example `line 17`; empty if the source is the place.
   * @throws UserError unless bad rows are to be skipped.
   */
  add(source: string, place: string, problem: string): void {
    if (!this.#skip)
      throw new UserError(
        `${[source, place].filter(Boolean).join(' ')}: ${problem}; fix it, or skip bad rows with --skip-bad-rows`,
      );
    this.count++;
    if (this.first.length < REMEMBERED) this.first.push(`${place || source}: ${problem}`);
  }
}
