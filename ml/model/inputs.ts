import type { LandmarkUse } from '../config/schema.ts';
import { LANDMARK_VALUES, LIMIT } from '../core/landmarks68.ts';
import type { Faces } from '../data/dataset.ts';
import { faceToImage } from '../data/resize.ts';

/** Names of the inputs and the output in every exported file. */
export const IMAGE = 'image';
export const LANDMARKS = 'landmarks';
export const PROBABILITIES = 'prob';

/** One input of a network. Everything that builds, quantizes, exports or runs a network goes by this description. */
export interface InputSpec {
  readonly name: string;
  readonly kind: 'image' | 'landmarks';
  readonly description: string;
  readonly channels: number;
  /** Height and width; 1 for a row of numbers. */
  readonly side: number;
  /** Least and greatest value. */
  readonly range: readonly [min: number, max: number];
  /** How the values are made, for programs that run the model. */
  readonly normalization: string;
}

/** How tensors are laid out: ONNX has the channels first, TensorFlow Lite last. */
export type TensorLayout = 'NCHW' | 'NHWC';

/** What a program does to a pixel 0..255 of an image: pixel · scale + bias. */
export const PIXELS = { range: [-1, 1], scale: 2 / 255, bias: -1 } as const;

export const IMAGE_NORMALIZATION = '-1..1, pixel * 2/255 - 1';

/** A square colour picture of a face. */
export const imageInput = (size: number): InputSpec => ({
  name: IMAGE,
  kind: 'image',
  description: 'A face, cropped tightly',
  channels: 3,
  side: size,
  range: PIXELS.range,
  normalization: IMAGE_NORMALIZATION,
});

/** The 68 landmarks of a face. */
export const LANDMARKS_INPUT: InputSpec = {
  name: LANDMARKS,
  kind: 'landmarks',
  description: 'The 68 points of the face in the order of iBUG, x and y of each in eye distances; zeros if unknown',
  channels: LANDMARK_VALUES,
  side: 1,
  range: [-LIMIT, LIMIT],
  normalization:
    'x and y of the 68 points in the order of iBUG, x to the right and y down in the picture that is not mirrored: from the ' +
    'middle between the eye centres, rolled until the eyes are level, divided by the distance of the eye centres, clamped ' +
    `to -${LIMIT}..${LIMIT}; all 0 if there are none`,
};

/**
 * The inputs of a network in their order.
 * @param size side of its image in pixels.
 */
export function inputsFor(size: number, landmarks: LandmarkUse): readonly [first: InputSpec, ...others: InputSpec[]] {
  if (landmarks === 'landmarksOnly') return [LANDMARKS_INPUT];
  return landmarks === 'fused' ? [imageInput(size), LANDMARKS_INPUT] : [imageInput(size)];
}

/** What a network with inputs of these names does with landmarks. */
export function landmarkUseOf(inputs: Iterable<string>): LandmarkUse {
  const names = new Set(inputs);
  if (!names.has(LANDMARKS)) return 'none';
  return names.has(IMAGE) ? 'fused' : 'landmarksOnly';
}

/** Shape of an input's tensor for a batch. */
export function tensorShape({ channels, side }: InputSpec, layout: TensorLayout, batch = 1): number[] {
  return layout === 'NCHW' ? [batch, channels, side, side] : [batch, side, side, channels];
}

/** Numbers that an input takes for one face. */
export const valuesOf = ({ channels, side }: InputSpec): number => channels * side * side;

/**
 * Writes what an input takes for one face; landmarks of a face without any are zeros.
 * @param out receives the values, channels first.
 */
export function fillInput({ kind, side }: InputSpec, faces: Faces, place: number, out: Float32Array): void {
  const landmarks = faces.landmarks?.(place);
  if (kind === 'image') faceToImage(faces.at(place), side, out);
  else if (landmarks) out.set(landmarks);
  else out.fill(0);
}
