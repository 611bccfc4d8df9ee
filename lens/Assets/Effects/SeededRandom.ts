/** Random numbers that are the same each time the lens starts: mulberry32. */
export class SeededRandom {
  constructor(private state: number) {}

  /** Evenly spread over [0, 1). */
  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 4294967296;
  }

  /** Evenly spread over [low, high). */
  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }
}
