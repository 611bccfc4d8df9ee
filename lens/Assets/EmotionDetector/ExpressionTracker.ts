import { Decision, type DecisionSettings } from './Decision';
import { EMOTIONS, type Emotion, NO_EMOTION } from './Emotions';
import { readProbabilities } from './ModelOutput';
import { Presence } from './Presence';
import { Sensitivity } from './Sensitivity';
import { Smoothing } from './Smoothing';

export interface TrackerSettings extends Omit<DecisionSettings, 'settle'> {
  /** Time constant of the smoothing, seconds. */
  readonly smoothingTime: number;
  /** Seconds that a face may be lost without consequence. */
  readonly grace: number;
  /** Seconds of fading afterwards. */
  readonly fade: number;
  /** Of each class, −1..1; 0 changes nothing. */
  readonly sensitivities: ArrayLike<number>;
  /** From 0 for everyday faces to 1 for people who act, and beyond; see {@link Sensitivity}. */
  readonly acted: number;
}

/**
 * Smoothed probability at which an expression counts as full. The median over the faces of FER2013's PublicTest that
 * the shipped model classes as their FER+ majority does is 0.84. Votes taught it to doubt: a tenth exceed 0.92.
 */
const FULL = 0.85;

/**
 * In time constants of the smoothing: at the default thresholds a new expression rises to its own 1.25 after the old one
 * fell below its if the model is 60 % sure of both, 0.6 at 70 %, and at once from 85 %.
 */
const SETTLE = 2;

/** From the model's answers and the coming and going of a face to one steady expression. Knows nothing of Lens Studio. */
export class ExpressionTracker {
  private readonly smoothing: Smoothing;
  private readonly sensitivity: Sensitivity;
  private readonly decision: Decision;
  private readonly face: Presence;
  private readonly answer = new Float32Array(EMOTIONS.length);
  /** Whether the model has answered for this face. */
  private answered = false;

  constructor(private readonly settings: TrackerSettings) {
    this.smoothing = new Smoothing(EMOTIONS.length, settings.smoothingTime);
    this.sensitivity = new Sensitivity(settings.sensitivities, settings.acted);
    this.decision = new Decision({ ...settings, settle: SETTLE * settings.smoothingTime });
    this.face = new Presence(settings.grace, settings.fade);
  }

  get emotion(): Emotion {
    return this.decision.emotion;
  }

  /** Smoothed, sensitivities included; zeros before the first answer. The same array always. */
  get probabilities(): Float32Array {
    return this.smoothing.values;
  }

  /** 1 while there is a face, 0 some time after it was lost. */
  get presence(): number {
    return this.face.value;
  }

  /** Whether the face is seen right now, so that a run of the model makes sense. */
  get faceIsThere(): boolean {
    return this.face.isThere;
  }

  /** Strength of the expression, 0..1: 0 where it would be left, 1 from a probability of 0.85, times the presence. */
  get intensity(): number {
    if (this.emotion === NO_EMOTION) return 0;
    const leave = this.settings.enter - this.settings.gap;
    const strength = (this.probabilities[this.emotion] - leave) / Math.max(FULL - leave, 0.01);
    return Math.min(1, Math.max(0, strength)) * this.presence;
  }

  /** After a longer absence everything starts afresh. */
  faceFound(): void {
    if (this.face.found()) this.reset();
  }

  faceLost(): void {
    this.face.lost();
  }

  /**
   * Takes an answer of the model; one that is no distribution makes everything start afresh.
   * @returns what is wrong with it in words, or undefined.
   */
  observe(output: Float32Array): string | undefined {
    const fault = readProbabilities(output, this.answer);
    if (fault !== undefined) {
      this.reset();
      return fault;
    }
    this.sensitivity.apply(this.answer);
    this.smoothing.aim(this.answer);
    this.answered = true;
    return undefined;
  }

  /** @param dt seconds since the last frame. */
  update(dt: number): void {
    this.face.update(dt);
    if (this.face.value === 0) this.reset();
    if (!this.answered) return;
    this.smoothing.update(dt);
    this.decision.update(this.smoothing.values, dt);
  }

  /** No expression, and nothing known. */
  reset(): void {
    if (!this.answered) return;
    this.answered = false;
    this.smoothing.reset();
    this.decision.reset();
  }
}
