/** The seven expressions of the shipped model in the order of its output; other models bring names of their own. */
export const EMOTIONS = ['Angry', 'Disgust', 'Fear', 'Happy', 'Sad', 'Surprise', 'Neutral'];

/** Whether labels are the seven in the order of the shipped model, for which alone some figures are measured. */
export function areEmotions(labels: readonly string[]): boolean {
  return labels.length === EMOTIONS.length && EMOTIONS.every((emotion, i) => emotion === labels[i]);
}

/** Index into the detector's `labels`, which are `EMOTIONS` with the shipped model, or `NO_EMOTION`. */
export type Emotion = number;

/** While there is no face, or nothing is known of it yet. */
export const NO_EMOTION: Emotion = -1;

/** The expression of rest among the seven. */
export const NEUTRAL: Emotion = 6;

/** What is handed to listeners of `EmotionDetector.onEmotionChanged`; valid during the call only. */
export interface EmotionChange {
  previous: Emotion;
  current: Emotion;
  /** Smoothed probability of the current expression, 0..1; 0 for `NO_EMOTION`. */
  probability: number;
}
