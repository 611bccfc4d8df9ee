/** What the landmark network looks at: (value − mean) / 255 of red, green and blue, [3, 112, 112]. */

/** Side in pixels. */
export const LANDMARK_SIDE = 112;
/** Of red, green and blue, 0..255; from face-api's `faceFeatureExtractor/FaceFeatureExtractor.ts`. */
export const LANDMARK_MEANS: readonly [red: number, green: number, blue: number] = [122.782, 117.001, 104.298];
