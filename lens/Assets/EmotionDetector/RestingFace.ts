import { EMOTIONS } from './Emotions';

/**
 * What the shipped model says of a resting face: mean log probabilities over the faces of FER2013's PublicTest that most
 * people call neutral. Only what a person's resting face has beyond it is that person's own.
 */
const TYPICAL = [-4, -5.2, -4.6, -4.3, -2.5, -4.7, -0.5];

/** Half a step of an 8-bit output: of smaller probabilities nothing is known. */
const SMALLEST = 1 / 512;

/** Largest deviation from the typical resting face, in logits: odds of e² = 7. More is an expression, or a bad picture. */
const LIMIT = 2;

/** Seconds for which a face must hold still before it is learned from, so that no beginning of an expression is. */
const STILL = 1;

/** Share of probability that may differ from the last half second while a face counts as still. */
const MOVING = 0.15;

/** Time constant of what the face is compared with to see whether it holds still, seconds. */
const RECENT = 0.5;

/** Seconds of learning after which what was learned counts in full. */
const ENOUGH = 4;

/** Time constant with which the mean follows the face from then on, seconds. */
const MEMORY = 30;

/**
 * Personal calibration: learns how the model answers to one person's resting face, and takes a share of what is unusual
 * about it from every answer: logit'[i] = logit[i] − strength · (resting[i] − typical[i]).
 */
export class RestingFace {
  /** Seconds learned so far. */
  learned = 0;
  private readonly resting = new Float64Array(EMOTIONS.length);
  private readonly recent = new Float64Array(EMOTIONS.length);
  private readonly answer = new Float64Array(EMOTIONS.length);
  /** Seconds for which the face has been still. */
  private still = 0;
  private started = false;

  /** @param strength share that is taken away, 0..1. */
  constructor(private readonly strength: number) {}

  /** @param probabilities the model's answer as it is, not calibrated. */
  observe(probabilities: Float32Array): void {
    this.answer.set(probabilities);
    if (!this.started) this.recent.set(probabilities);
    this.started = true;
    let moved = 0;
    for (let i = 0; i < this.answer.length; i++) moved += Math.abs(this.answer[i] - this.recent[i]) / 2;
    if (moved > MOVING) this.still = 0;
  }

  /**
   * Learns from the last answer.
   * @param dt seconds since the last call.
   * @param atRest whether the face shows no expression.
   */
  update(dt: number, atRest: boolean): void {
    if (!this.started) return;
    const share = 1 - Math.exp(-dt / RECENT);
    for (let i = 0; i < this.recent.length; i++) this.recent[i] += share * (this.answer[i] - this.recent[i]);
    this.still = atRest ? this.still + dt : 0;
    if (this.still < STILL) return;
    this.learned += dt;
    // The mean of all at first, then of the last half minute.
    const weight = dt / Math.min(this.learned, MEMORY);
    for (let i = 0; i < this.resting.length; i++)
      this.resting[i] += weight * (Math.log(Math.max(this.answer[i], SMALLEST)) - this.resting[i]);
  }

  /** How far the resting face deviates from the typical one by what is known so far, in logits. */
  deviation(emotion: number): number {
    const known = Math.min(1, this.learned / ENOUGH);
    return known * Math.max(-LIMIT, Math.min(LIMIT, this.resting[emotion] - TYPICAL[emotion]));
  }

  /** @param probabilities changed in place. */
  apply(probabilities: Float32Array): void {
    if (this.learned === 0) return;
    let sum = 0;
    for (let i = 0; i < probabilities.length; i++) {
      probabilities[i] *= Math.exp(-this.strength * this.deviation(i));
      sum += probabilities[i];
    }
    for (let i = 0; i < probabilities.length; i++) probabilities[i] /= sum;
  }

  /** The face is out of sight, or the model's answers are none: nothing goes on, but what was learned stays. */
  interrupt(): void {
    this.started = false;
    this.still = 0;
  }

  /** Forgets the person. */
  forget(): void {
    this.interrupt();
    this.learned = 0;
    this.resting.fill(0);
  }
}
