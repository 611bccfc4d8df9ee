/** A face that is tracked from picture to picture. Lengths are in pixels of the picture, from its top left. */
export interface TrackedFace {
  /** Its number: 0 for the first face found; kept while it is tracked, then free for another. */
  readonly index: number;
  /** x and y of the 68 points of iBUG (300-W, Sagonas et al. 2013), [136]. */
  readonly points: Float32Array;
  /** How sure the detector was, 0..1. */
  readonly score: number;
  readonly pose: HeadPose;
}

/** Where a head is and how it is turned, as a scaled orthographic projection: pixels of the picture for each centimetre. */
export interface HeadPose {
  /** Picture's x and y of the middle of the head. */
  readonly x: number;
  readonly y: number;
  /** Pixels of a centimetre. */
  readonly scale: number;
  /** Radians: to the side (0 looks into the camera), up, and clockwise in the picture. */
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
}

/** What a face crop texture shows. */
export interface FaceCrop {
  readonly faceIndex: number;
  /** Sides of the crop, as factors to Lens Studio's own crop of a face. */
  readonly scaleX: number;
  readonly scaleY: number;
  /** How far the crop's middle is moved from the face's middle to its mouth, 0..1. */
  readonly mouthWeight: number;
}

/**
 * Takes the square −1..1 (x right, y up) to the screen in pixels (x right, y down):
 * `[x', y'] = [a x + c y + e, b x + d y + f]`.
 */
export type Affine = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

export type Numbers3 = readonly [number, number, number];

/** Points of a face that something can be attached to. */
export type FacePoint = string;
