import { Decision, type DecisionSettings } from './Decision';
import { type Emotion, NEUTRAL, NO_EMOTION } from './Emotions';
import { readProbabilities } from './ModelOutput';
import { Presence } from './Presence';
import { RestingFace } from './RestingFace';
import { Sensitivity } from './Sensitivity';
import { Smoothing } from './Smoothing';

export interface TrackerSettings extends Omit<DecisionSettings, 'settle'> {
  /** Time constant of the smoothing, seconds. */
  readonly smoothingTime: number;
  /** Seconds that a face may be lost without consequence. */
  readonly grace: number;
  /** Seconds of fading afterwards. */
  readonly fade: number;
  /** Of each class, −1..1; 0 changes nothing. There are as many classes as these. */
  readonly sensitivities: ArrayLike<number>;
  /** From 0 for everyday faces to 1 for people who act, and beyond; see {@link Sensitivity}. */
  readonly acted: number;
  /** What is added to the logits at 1, of each class; 0 for those that it lacks. */
  readonly actedBias: ArrayLike<number>;
  /** Share of what is unusual about the person's resting face that is taken away, 0..1; see {@link RestingFace}, which knows the seven expressions only. */
  readonly calibration: number;
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

/** Seconds without a face after which the next one counts as another person. */
const FORGET = 5;

/** From the model's answers and the coming and going of a face to one steady expression. Knows nothing of Lens Studio. */
export class ExpressionTracker {
  private readonly smoothing: Smoothing;
  private readonly sensitivity: Sensitivity;
  private readonly decision: Decision;
  private readonly face: Presence;
  private readonly answer: Float32Array;
  private readonly rest: Emotion;
  /** Whether the model has answered for this face. */
  private answered = false;
  /** Undefined without calibration. */
  readonly resting: RestingFace | undefined;
  /** Whether the model's last answer, not calibrated, is an expression that would be shown. */
  private expressive = false;

  constructor(private readonly settings: TrackerSettings) {
    const { length } = settings.sensitivities;
    this.answer = new Float32Array(length);
    this.rest = settings.rest ?? NEUTRAL;
    this.smoothing = new Smoothing(length, settings.smoothingTime);
    this.sensitivity = new Sensitivity(settings.sensitivities, settings.acted, settings.actedBias);
    this.decision = new Decision({ ...settings, settle: SETTLE * settings.smoothingTime });
    this.face = new Presence(settings.grace, settings.fade);
    if (settings.calibration > 0) this.resting = new RestingFace(settings.calibration);
  }

  get emotion(): Emotion {
    return this.decision.emotion;
  }

  /** Smoothed, sensitivities and calibration included; zeros before the first answer. The same array always. */
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
    this.resting?.observe(this.answer);
    this.sensitivity.apply(this.answer);
    this.expressive = this.answer.some((probability, i) => i !== this.rest && probability >= this.settings.enter);
    this.resting?.apply(this.answer);
    this.smoothing.aim(this.answer);
    this.answered = true;
    return undefined;
  }

  /** @param dt seconds since the last frame. */
  update(dt: number): void {
    this.face.update(dt);
    if (this.face.value === 0) this.reset();
    if (this.face.absence > FORGET) this.resting?.forget();
    if (!this.answered) return;
    this.smoothing.update(dt);
    this.decision.update(this.smoothing.values, dt);
    // An expression that would be shown without calibration is none of the resting face, however long it is held.
    this.resting?.update(dt, this.face.isThere && this.emotion === this.rest && !this.expressive);
  }

  /** No expression, and nothing known. */
  reset(): void {
    if (!this.answered) return;
    this.answered = false;
    this.smoothing.reset();
    this.decision.reset();
    this.resting?.interrupt();
  }
}
