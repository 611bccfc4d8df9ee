/** A face that is followed from picture to picture. Lengths are in pixels of the picture, from its top left. */
export interface TrackedFace {
  /** Its number: 0 for the first face found; kept while it is followed, then free for another. */
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
