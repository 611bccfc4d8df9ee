/** The seven expressions of FER2013 in the order of its labels 0..6, which is the order of the model's output. */
export const EMOTIONS = ['Angry', 'Disgust', 'Fear', 'Happy', 'Sad', 'Surprise', 'Neutral'] as const;

export type Emotion = (typeof EMOTIONS)[number];

/** A model's prediction for one face: the most probable class (the first of equals) and its probability. */
export interface Prediction {
  readonly label: number;
  readonly confidence: number;
}

/**
 * @param probabilities [n, classes].
 * @param classes how many the model has.
 */
export function predictionAt(probabilities: Float32Array, face: number, classes: number = EMOTIONS.length): Prediction {
  const row = probabilities.subarray(face * classes, (face + 1) * classes);
  const confidence = Math.max(...row);
  return { label: row.indexOf(confidence), confidence };
}
