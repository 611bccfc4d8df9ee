import { type Emotion, NO_EMOTION } from './Emotions';

/** Seconds for which an expression is shown at least, so that there always is one. */
const SHORTEST = 0.1;

/**
 * Plays the classes of a model in turn, without a face and without the model: each for some time at full strength, then
 * none. What it shows depends on nothing but the time since it began.
 */
export class DemoReel {
  emotion: Emotion = NO_EMOTION;
  /** 1 for the class that is shown, 0 for the others. */
  readonly probabilities: Float32Array;
  /** As if there were a face all the time. */
  readonly presence = 1;
  private time = 0;
  private readonly hold: number;
  private readonly turn: number;

  /** @param classes how many. @param hold seconds for each. @param pause seconds between two. */
  constructor(classes: number, hold: number, pause: number) {
    this.probabilities = new Float32Array(classes);
    this.hold = hold > SHORTEST ? hold : SHORTEST;
    this.turn = this.hold + (pause > 0 ? pause : 0);
  }

  /** 1 while a class is shown. */
  get intensity(): number {
    return this.emotion === NO_EMOTION ? 0 : 1;
  }

  /** @param dt seconds since the last call. */
  update(dt: number): void {
    const { probabilities } = this;
    const isShown = this.time % this.turn < this.hold;
    this.emotion = isShown ? Math.floor(this.time / this.turn) % probabilities.length : NO_EMOTION;
    for (let i = 0; i < probabilities.length; i++) probabilities[i] = i === this.emotion ? 1 : 0;
    this.time = (this.time + dt) % (this.turn * probabilities.length);
  }
}
