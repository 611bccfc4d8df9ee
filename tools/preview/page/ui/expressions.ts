/** The seven expressions in the order of the lens, with what the page shows for them. */
export const EXPRESSIONS = [
  { name: 'Angry', emoji: '😠' },
  { name: 'Disgust', emoji: '🤢' },
  { name: 'Fear', emoji: '😱' },
  { name: 'Happy', emoji: '😄' },
  { name: 'Sad', emoji: '😢' },
  { name: 'Surprise', emoji: '😮' },
  { name: 'Neutral', emoji: '😐' },
] as const;
