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
