/** The seven expressions of FER2013 in the order of its labels 0..6, which is the order of the model's output. */
export const EMOTIONS = ['Angry', 'Disgust', 'Fear', 'Happy', 'Sad', 'Surprise', 'Neutral'] as const;

export type Emotion = (typeof EMOTIONS)[number];
