/** Reads the answers of face-api's TinyFaceDetector. Runs in Node and in the browser. */
import type { Means, Picture, View } from './picture.ts';

/** From face-api's `tinyFaceDetector/const.ts`. */
export const DETECTOR_MEANS: Means = [117.001, 114.697, 97.404];

/** Sides of the anchor boxes in cells, from the same file. */
const ANCHORS: readonly (readonly [width: number, height: number])[] = [
  [1.603231, 2.094468],
  [6.041143, 7.080126],
  [2.882459, 3.518061],
  [4.266906, 5.178857],
  [9.041765, 10.66308],
];
/** Side of a cell in the network's pixels. */
export const CELL = 32;
/** Numbers of an anchor box in the network's answer. */
const FIELDS = 5;
/** Of two boxes that share more than this, the less sure one is dropped; face-api's value. */
const MAX_SHARED = 0.4;

/** In pixels of the picture, from its top left. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Detection {
  readonly box: Box;
  /** How sure the detector is, 0..1. */
  readonly score: number;
}

/**
 * How the detector looks at a whole picture: from its top left, with as much black to the right or below as fills cells.
 * @param size the picture's longer side in the network's pixels, a multiple of {@link CELL}.
 */
export function detectorView({ width, height }: Picture, size: number): View {
  const scale = Math.max(width, height) / size;
  const sideOf = (length: number) => CELL * Math.max(1, Math.ceil(length / scale / CELL - 1e-9));
  const [across, down] = [sideOf(width), sideOf(height)];
  const [x, y] = [(across / 2) * scale, (down / 2) * scale];
  return { square: [x, 0, 0, -y, x, y], width: across, height: down };
}

/**
 * The faces in an answer of the detector, surest first.
 * @param answer of each anchor x, y, width, height and score in each cell, [25, rows, columns].
 * @param view what it looked at: the whole of a picture.
 * @param threshold the least score, 0..1.
 */
export function decodeDetections(answer: Float32Array, view: View, threshold: number): Detection[] {
  const cells = view.width / CELL;
  const area = cells * (view.height / CELL);
  const cell = (2 * view.square[0]) / cells;
  const found: Detection[] = [];
  for (const [anchor, [anchorWidth, anchorHeight]] of ANCHORS.entries()) {
    for (let place = 0; place < area; place++) {
      const field = (index: number) => answer[(FIELDS * anchor + index) * area + place];
      const score = sigmoid(field(4));
      if (!(score > threshold)) continue;
      const width = Math.exp(field(2)) * anchorWidth * cell;
      const height = Math.exp(field(3)) * anchorHeight * cell;
      const x = ((place % cells) + sigmoid(field(0))) * cell - width / 2;
      const y = (Math.floor(place / cells) + sigmoid(field(1))) * cell - height / 2;
      found.push({ box: { x, y, width, height }, score });
    }
  }
  return suppressOverlaps(found);
}

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

/** Non-maximum suppression: of boxes that share much, the surest one stays. Surest first. */
export function suppressOverlaps(detections: readonly Detection[]): Detection[] {
  const kept: Detection[] = [];
  for (const detection of [...detections].sort((p, q) => q.score - p.score))
    if (kept.every(({ box }) => intersectionOverUnion(box, detection.box) <= MAX_SHARED)) kept.push(detection);
  return kept;
}

/** Area that two boxes share as a part of the area that they cover together, 0..1. */
export function intersectionOverUnion(p: Box, q: Box): number {
  const width = Math.min(p.x + p.width, q.x + q.width) - Math.max(p.x, q.x);
  const height = Math.min(p.y + p.height, q.y + q.height) - Math.max(p.y, q.y);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (p.width * p.height + q.width * q.height - shared);
}
