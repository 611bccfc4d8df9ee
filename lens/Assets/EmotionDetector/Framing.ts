/**
 * How FER2013 frames its faces: places in its pictures, as parts of the picture's side, from the left and from the top
 * (medians of 18,717 upright faces, `npm run bench:framing`). The face crop should show faces likewise, since the model
 * has seen no other.
 */
export const FRAMING = {
  eyeLine: 0.376,
  /** Between the centres of the eyes, which lie evenly about the middle. */
  eyeDistance: 0.375,
  mouthLine: 0.774,
  chinLine: 0.983,
};
