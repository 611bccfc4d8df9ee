/** Lets threads wait until all of them have come: a counter and a generation in shared memory. */
export class Barrier {
  static readonly BYTES = 8;
  readonly #words: Int32Array;

  /** @param memory {@link BYTES} bytes that all threads share, zero at first. */
  constructor(
    memory: SharedArrayBuffer,
    readonly threads: number,
  ) {
    this.#words = new Int32Array(memory);
  }

  /** Blocks this thread until every thread has called it. */
  wait(): void {
    const generation = Atomics.load(this.#words, 1);
    if (Atomics.add(this.#words, 0, 1) === this.threads - 1) {
      Atomics.store(this.#words, 0, 0);
      Atomics.add(this.#words, 1, 1);
      Atomics.notify(this.#words, 1);
      return;
    }
    while (Atomics.load(this.#words, 1) === generation) Atomics.wait(this.#words, 1, generation);
  }
}
