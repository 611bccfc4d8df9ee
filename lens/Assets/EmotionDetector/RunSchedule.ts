/** Says in which frames the model is to run: so many times a second, or in every frame. */
export class RunSchedule {
  private readonly interval: number;
  private elapsed = Number.POSITIVE_INFINITY;

  /** @param runsPerSecond 0 for every frame. */
  constructor(runsPerSecond: number) {
    this.interval = runsPerSecond > 0 ? 1 / runsPerSecond : 0;
  }

  /**
   * To be called once a frame. Runs start in the frame nearest to their time, and keep the rate on average; runs that
   * were missed while the model was busy are not made up for.
   * @param dt seconds since the last frame.
   * @param idle whether the model could run now.
   */
  isDue(dt: number, idle: boolean): boolean {
    this.elapsed += dt;
    if (!idle || this.elapsed + dt / 2 < this.interval) return false;
    this.elapsed = this.elapsed < 2 * this.interval ? this.elapsed - this.interval : 0;
    return true;
  }
}
