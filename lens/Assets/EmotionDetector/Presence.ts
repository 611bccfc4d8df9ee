/**
 * How far a face is there: 1 while it is, still 1 during a grace time after it was lost, so that a hand before the face
 * or a turn of the head interrupts nothing, then falling evenly to 0.
 */
export class Presence {
  private there = false;
  /** Seconds since the face was lost. */
  private gone = Number.POSITIVE_INFINITY;

  /** @param grace @param fade both in seconds. */
  constructor(
    private readonly grace: number,
    private readonly fade: number,
  ) {}

  /** Whether the face is seen right now. */
  get isThere(): boolean {
    return this.there;
  }

  /** Seconds since the face was lost; 0 while it is seen. */
  get absence(): number {
    return this.there ? 0 : this.gone;
  }

  /** 0..1. */
  get value(): number {
    if (this.there || this.gone <= this.grace) return 1;
    return Math.max(0, 1 - (this.gone - this.grace) / this.fade);
  }

  /** @returns whether it counts as another face: the grace time was over. */
  found(): boolean {
    const another = !this.there && this.gone > this.grace;
    this.there = true;
    return another;
  }

  lost(): void {
    if (this.there) this.gone = 0;
    this.there = false;
  }

  /** @param dt seconds since the last call. */
  update(dt: number): void {
    if (!this.there) this.gone += dt;
  }
}
