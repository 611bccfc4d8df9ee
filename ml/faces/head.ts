/**
 * A mean head in centimetres: x to its left side (right on the screen), y up, z out of the face. From MediaPipe's
 * `canonical_face_model.obj` (Apache-2.0; vertex numbers beside), whose eyes are 6.3 cm apart.
 */
import type { Numbers3 } from './geometry.ts';

/** Points that hardly move with the expression, by their iBUG number. */
export const RIGID_POINTS: ReadonlyMap<number, Numbers3> = new Map([
  [27, [0, 2.473, 5.789]], // 6
  [28, [0, 1.059, 6.775]], // 195
  [30, [0, -1.127, 7.476]], // 1
  [31, [-1.406, -1.714, 5.241]], // 98
  [33, [0, -2.089, 6.058]], // 2
  [35, [1.406, -1.714, 5.241]], // 327
  [36, [-4.446, 2.664, 3.173]], // 33
  [39, [-1.856, 2.585, 3.758]], // 133
  [42, [1.856, 2.585, 3.758]], // 362
  [45, [4.446, 2.664, 3.173]], // 263
]);

/** Where Lens Studio's attachment points lie that are no landmarks. "Left" is right on the screen. */
export const HEAD_POINTS: ReadonlyMap<string, Numbers3> = new Map([
  ['HeadCenter', [0, 0, 0]],
  ['CandideCenter', [0, 0, 0]],
  ['Forehead', [0, 6.545, 5.027]], // 151
  ['LeftForehead', [3.064, 6.566, 4.53]], // 299
  ['RightForehead', [-3.064, 6.566, 4.53]], // 69
  ['LeftCheek', [4.766, -0.702, 3.535]], // 280
  ['RightCheek', [-4.766, -0.702, 3.535]], // 50
]);
