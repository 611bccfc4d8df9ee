import { type Emotion, NEUTRAL, NO_EMOTION } from './Emotions';

export interface DecisionSettings {
  /** Probability that an expression must reach to be shown, 0..1. */
  readonly enter: number;
  /** How far below `enter` it may fall, and by how much another must beat it, before it is left. */
  readonly gap: number;
  /** Seconds that a decision stays at least. */
  readonly hold: number;
  /**
   * Seconds that no expression must pass before it falls back to rest: while one gives way to another, there is a
   * moment when the first is below its threshold already and the second one still.
   */
  readonly settle: number;
  /** The class when none is certain; by default neutral of the seven expressions. `NO_EMOTION`: none is shown then. */
  readonly rest?: Emotion;
}

/**
 * The expression to show next, hold time apart. Another one takes over if it reaches `enter` and beats the current one
 * by `gap`; if none does and the current one is below `enter − gap`, it is the one of rest. So noise within a band narrower
 * than `gap` never brings back an expression that was left, and a higher probability never speaks against a class.
 * @param probabilities of the classes.
 */
export function nextEmotion(
  current: Emotion,
  probabilities: Float32Array,
  { enter, gap, rest = NEUTRAL }: Pick<DecisionSettings, 'enter' | 'gap' | 'rest'>,
): Emotion {
  let rival = NO_EMOTION;
  for (let i = 0; i < probabilities.length; i++)
    if (i !== current && (rival === NO_EMOTION || probabilities[i] > probabilities[rival])) rival = i;

  const start = current === NO_EMOTION;
  if (probabilities[rival] >= enter && (start || probabilities[rival] >= probabilities[current] + gap)) return rival;
  return start || probabilities[current] < enter - gap ? rest : current;
}

/** Decides which expression is shown, over time. */
export class Decision {
  emotion: Emotion = NO_EMOTION;
  /** Seconds since the last change. */
  private held = 0;
  /** Seconds since an expression passed last. */
  private undecided = 0;

  constructor(private readonly settings: DecisionSettings) {}

  /** @param dt seconds since the last call. */
  update(probabilities: Float32Array, dt: number): void {
    this.held += dt;
    const next = nextEmotion(this.emotion, probabilities, this.settings);
    const passes = next !== NO_EMOTION && probabilities[next] >= this.settings.enter;
    const falls = this.emotion !== NO_EMOTION && next !== this.emotion && !passes;
    this.undecided = falls ? this.undecided + dt : 0;
    if (next === this.emotion || (falls && this.undecided < this.settings.settle)) return;
    if (this.emotion !== NO_EMOTION && this.held < this.settings.hold) return;
    this.emotion = next;
    this.held = 0;
    this.undecided = 0;
  }

  /** Back to no expression at once: the face is another one, or there is none. */
  reset(): void {
    this.emotion = NO_EMOTION;
    this.held = 0;
    this.undecided = 0;
  }
}
