import { isFaceShape } from '../core/landmarks68.ts';
import {
  type Box,
  DETECTOR_MEANS,
  type Detection,
  decodeDetections,
  detectorView,
  intersectionOverUnion,
  suppressOverlaps,
} from './detection.ts';
import type { TrackedFace } from './face.ts';
import {
  boxOf,
  type FaceSquare,
  LANDMARK_MEANS,
  LANDMARK_SIDE,
  placeOf,
  pointsInPicture,
  squareOfBox,
  squareOfPoints,
} from './landmarks/square.ts';
import { OneEuroFilter } from './one-euro.ts';
import { networkInput, type Picture } from './picture.ts';
import { headPose } from './pose.ts';

/** The networks, which the user of the tracker runs. */
export interface VisionNetworks {
  /** @param input [3, height, width]. @returns [25, height / 32, width / 32]. */
  detect(input: Float32Array, width: number, height: number): Promise<Float32Array>;
  /** @param input [3, 112, 112]. @returns [136]. */
  landmarks(input: Float32Array): Promise<Float32Array>;
}

export interface TrackOptions {
  /** When the picture was taken, in milliseconds on any clock. */
  readonly time: number;
  /** How many faces are tracked at once. */
  readonly maxFaces: number;
  /** A single picture: small faces are found too, and nothing is tracked or smoothed. */
  readonly still?: boolean;
}

/**
 * The picture's longer side for the detector: in moving pictures most faces of a tenth of it are found, in still ones
 * nearly all, and, since faces that fill a picture are lost there, at a smaller size too.
 */
const DETECTOR_SIZES = { moving: [320], still: [512, 224] };
/** How sure the detector must be of a new face, and of one that is followed already. */
const MIN_SCORE = { new: 0.4, followed: 0.2 };
/** Milliseconds between two runs of the detector: with no face or one in doubt, and with faces that are followed well. */
const DETECT_EVERY = { searching: 60, following: 500 };
/** So often in a row the detector may miss a face that is followed. */
const MAX_MISSES = 3;
/** What two boxes share (intersection over union): of one face, at least; so much that the points are searched again. */
const SAME_FACE = 0.25;
const WELL_PLACED = 0.45;
/** Two that are followed and share more are one. */
const DOUBLE = 0.5;
/** After so long without a picture, in milliseconds, what was followed is forgotten. */
const MAX_PAUSE = 1000;

interface Followed {
  readonly index: number;
  readonly filter: OneEuroFilter;
  /** As the network found them. */
  points: Float32Array;
  shown: Float32Array;
  score: number;
  misses: number;
  /** Its points have jumped or lost their shape: only the detector can say whether it is there. */
  doubtful: boolean;
}

/**
 * Finds and tracks faces: the detector runs on the whole picture from time to time; in between, each face's landmarks are
 * searched where they were. Faces keep their index while they are tracked; a new one gets the lowest free index.
 */
export class FaceTracker {
  readonly #networks: VisionNetworks;
  #faces: Followed[] = [];
  #time = Number.NEGATIVE_INFINITY;
  #detected = Number.NEGATIVE_INFINITY;
  #shape = '';

  constructor(networks: VisionNetworks) {
    this.#networks = networks;
  }

  /** Forgets all faces. */
  reset(): void {
    this.#faces = [];
    this.#time = this.#detected = Number.NEGATIVE_INFINITY;
  }

  /** The faces of a picture, by index. Pictures are given one after the other. */
  async track(picture: Picture, options: TrackOptions): Promise<TrackedFace[]> {
    const { time, still = false } = options;
    const shape = `${picture.width} ${picture.height}`;
    if (still || shape !== this.#shape || time < this.#time || time > this.#time + MAX_PAUSE) this.reset();
    this.#shape = shape;
    for (const face of this.#faces) await this.#follow(picture, face);
    const searching = this.#faces.length === 0 || this.#faces.some((face) => face.doubtful || face.misses > 0);
    const wait = searching ? DETECT_EVERY.searching : DETECT_EVERY.following;
    if (time - this.#detected >= wait || this.#faces.some((face) => face.doubtful)) {
      this.#detected = time;
      await this.#detect(picture, options);
    }
    this.#faces = this.#faces.filter(isFirstOfItsPlace).slice(0, options.maxFaces);
    // A picture that comes at the same time again is taken as one a thousandth of a second later.
    const dt = Math.max(1, time - this.#time) / 1000;
    this.#time = time;
    for (const face of this.#faces)
      face.shown = face.filter.filter(face.points, 2 * squareOfPoints(face.points).half, dt);
    return this.#faces.map(({ index, shown, score }) => ({ index, points: shown, score, pose: headPose(shown) }));
  }

  async #follow(picture: Picture, face: Followed): Promise<void> {
    const before = squareOfPoints(face.points);
    face.points = await this.#landmarks(picture, before);
    const after = squareOfPoints(face.points);
    const inside = 0 < after.x && after.x < picture.width && 0 < after.y && after.y < picture.height;
    const steady = intersectionOverUnion(boxOf(before), boxOf(after)) > WELL_PLACED;
    face.doubtful = !(inside && steady && isFaceShape(face.points));
  }

  async #detect(picture: Picture, { maxFaces, still }: TrackOptions): Promise<void> {
    const sizes = still ? DETECTOR_SIZES.still : DETECTOR_SIZES.moving;
    const seen: Detection[] = [];
    for (const size of sizes) seen.push(...(await this.#detectAt(picture, size)));
    const detections = suppressOverlaps(seen);
    for (const face of this.#faces) await this.#confirm(picture, face, detections);
    this.#faces = this.#faces.filter((face) => face.misses < MAX_MISSES);
    const known = this.#faces.map(placeOfFace);
    const found = detections
      .filter(
        ({ box, score }) =>
          score >= MIN_SCORE.new && known.every((place) => intersectionOverUnion(place, box) < SAME_FACE),
      )
      .sort((p, q) => areaOf(q.box) - areaOf(p.box));
    for (const detection of found) {
      if (this.#faces.length >= maxFaces) break;
      await this.#begin(picture, detection);
    }
  }

  async #detectAt(picture: Picture, size: number): Promise<Detection[]> {
    const view = detectorView(picture, size);
    const input = networkInput(picture, view, DETECTOR_MEANS);
    return decodeDetections(await this.#networks.detect(input, view.width, view.height), view, MIN_SCORE.followed);
  }

  /** Checks whether the detector found a tracked face. */
  async #confirm(picture: Picture, face: Followed, detections: readonly Detection[]): Promise<void> {
    const place = placeOfFace(face);
    const shared = detections.map(({ box }) => intersectionOverUnion(place, box));
    const best = shared.indexOf(Math.max(...shared));
    if (!(shared[best] >= SAME_FACE)) {
      face.misses = face.doubtful ? MAX_MISSES : face.misses + 1;
      return;
    }
    face.misses = 0;
    face.score = detections[best].score;
    if (!face.doubtful && shared[best] > WELL_PLACED) return;
    face.points = await this.#pointsFrom(picture, detections[best].box);
    face.doubtful = false;
  }

  async #begin(picture: Picture, { box, score }: Detection): Promise<void> {
    const points = await this.#pointsFrom(picture, box);
    const place = boxOf(squareOfPoints(points));
    // Two boxes of the detector may lead to the same face.
    const known = this.#faces.some((face) => intersectionOverUnion(placeOfFace(face), place) >= SAME_FACE);
    if (known || !isFaceShape(points)) return;
    const taken = new Set(this.#faces.map((face) => face.index));
    let index = 0;
    while (taken.has(index)) index++;
    const filter = new OneEuroFilter();
    this.#faces.push({ index, filter, points, shown: points, score, misses: 0, doubtful: false });
    this.#faces.sort((p, q) => p.index - q.index);
  }

  /** The detector's box is rough: the points found in it tell where to look properly. */
  async #pointsFrom(picture: Picture, box: Box): Promise<Float32Array> {
    return this.#landmarks(picture, squareOfPoints(await this.#landmarks(picture, squareOfBox(box))));
  }

  async #landmarks(picture: Picture, square: FaceSquare): Promise<Float32Array> {
    const view = { square: placeOf(square), width: LANDMARK_SIDE, height: LANDMARK_SIDE };
    return pointsInPicture(await this.#networks.landmarks(networkInput(picture, view, LANDMARK_MEANS)), square);
  }
}

const placeOfFace = (face: Followed): Box => boxOf(squareOfPoints(face.points));

const areaOf = ({ width, height }: Box) => width * height;

/** Two that were followed may have come to the same face. */
const isFirstOfItsPlace = (face: Followed, at: number, faces: readonly Followed[]): boolean =>
  faces.slice(0, at).every((other) => intersectionOverUnion(placeOfFace(other), placeOfFace(face)) < DOUBLE);
