/** The seven expressions in the order of the model's output. */
export const EMOTIONS = ['Angry', 'Disgust', 'Fear', 'Happy', 'Sad', 'Surprise', 'Neutral'];

/** Index into `EMOTIONS`, or `NO_EMOTION`. */
export type Emotion = number;

/** While there is no face, or nothing is known of it yet. */
export const NO_EMOTION: Emotion = -1;

export const NEUTRAL: Emotion = 6;

/** What is handed to listeners of `EmotionDetector.onEmotionChanged`; valid during the call only. */
export interface EmotionChange {
  previous: Emotion;
  current: Emotion;
  /** Smoothed probability of the current expression, 0..1; 0 for `NO_EMOTION`. */
  probability: number;
}
