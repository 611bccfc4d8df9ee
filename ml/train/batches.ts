import type { Config } from '../config/schema.ts';
import { LANDMARK_VALUES, mirrorLandmarks } from '../core/landmarks68.ts';
import { Random } from '../core/random.ts';
import { type FaceDataset, type Faces, facesOf } from '../data/dataset.ts';
import { IMAGE, LANDMARKS } from '../model/inputs.ts';
import type { Layout } from '../nn/layout.ts';
import { MASK, targetsOf } from '../nn/training-graph.ts';
import { augmentFace, drawAugmentation, type Mixture, Mixup } from './augment.ts';

/** Probabilities of the classes for each face and which faces have any; see `ml/data/labels.ts`. */
export interface HeadTargets {
  /** [count, K]. */
  readonly probabilities: Float32Array;
  /** 1 where the face has a target, [count]. */
  readonly usable: Uint8Array;
}

/** Streams of random numbers, so that a change of one use leaves the others as they are. */
const STREAM = { order: 1, face: 2, dropout: 3, mixup: 4, landmarks: 5 } as const;

/**
 * Fills mini-batches: reshuffled each epoch, augmented, in the layout of the training graph. All randomness of a batch depends
 * only on the seed, the epoch and the position, so that training can resume at any step.
 */
export class Batches {
  readonly #faces: Uint32Array;
  /** All of the data set, as the network is shown them. */
  readonly #shown: Faces;
  readonly #order: Uint32Array;
  readonly #mirrored = new Float32Array(LANDMARK_VALUES);
  #orderOf = -1;
  readonly #mixup: Mixup;

  /**
   * @param faces positions in the data set that are trained on.
   * @param heads targets of each head.
   * @param layout of one replica.
   * @throws Error if there are fewer faces than a batch holds, or no landmarks for a network that sees them.
   */
  constructor(
    readonly config: Config,
    readonly dataset: FaceDataset,
    faces: Uint32Array,
    readonly heads: Readonly<Record<string, HeadTargets>>,
    readonly layout: Layout,
    readonly classes: number,
  ) {
    if (faces.length < config.train.batchSize) throw new Error(`${faces.length} faces do not fill a batch`);
    if (config.model.landmarks !== 'none' && !dataset.landmarks) throw new Error('the faces have no landmarks');
    this.#faces = faces;
    this.#shown = facesOf(dataset);
    this.#order = new Uint32Array(faces.length);
    this.#mixup = new Mixup(config, faces, this.#shown);
  }

  /** Whole batches of an epoch; the few faces left over are others each time. */
  get stepsPerEpoch(): number {
    return Math.floor(this.#faces.length / this.config.train.batchSize);
  }

  /** Writes batch `step` of `epoch` (both 0-based) into the inputs of each replica. */
  fill(epoch: number, step: number, replicas: readonly Readonly<Record<string, Float32Array>>[]): void {
    if (this.#orderOf !== epoch) {
      this.#order.set(this.#faces);
      new Random(this.config.seed, STREAM.order, epoch).shuffle(this.#order);
      this.#orderOf = epoch;
    }
    const first = step * this.config.train.batchSize;
    replicas.forEach((inputs, replica) => {
      for (let n = 0; n < this.layout.batch; n++) {
        this.#fillFace(this.#order[first + replica * this.layout.batch + n], epoch, n, inputs);
      }
      this.#fillMask(new Random(this.config.seed, STREAM.dropout, epoch, step, replica), inputs[MASK]);
    });
  }

  #fillFace(face: number, epoch: number, n: number, inputs: Readonly<Record<string, Float32Array>>): void {
    const { layout, classes } = this;
    const { size } = this.config.model;
    const random = new Random(this.config.seed, STREAM.face, epoch, face);
    const augmentation = drawAugmentation(this.config.augment, random);
    const at = layout.offset(n, 0, size);
    if (IMAGE in inputs) augmentFace(this.#shown.at(face), augmentation, size, random, inputs[IMAGE], at, layout.block);
    if (LANDMARKS in inputs) this.#fillLandmarks(face, epoch, n, augmentation.mirrored, inputs[LANDMARKS]);
    const { partner, share } = this.#mixIn(face, epoch, inputs[IMAGE], at);
    const smoothing = this.config.train.labelSmoothing;
    for (const [head, { probabilities, usable }] of Object.entries(this.heads)) {
      const targets = inputs[targetsOf(head)];
      const target = (of: number, k: number) => (usable[of] ? probabilities[of * classes + k] : 0);
      const counted = (1 - share) * usable[face] + share * usable[partner];
      for (let k = 0; k < classes; k++) {
        const mixed = (1 - share) * target(face, k) + share * target(partner, k);
        targets[k * layout.batch + n] = (1 - smoothing) * mixed + (smoothing / classes) * counted;
      }
    }
  }

  /**
   * Lays another face over this one. Landmarks stay those of the face that has the larger share.
   * @param image absent if the network sees only landmarks.
   */
  #mixIn(face: number, epoch: number, image: Float32Array | undefined, at: number): Mixture {
    if (!image) return { partner: face, share: 0 };
    return this.#mixup.lay(face, new Random(this.config.seed, STREAM.mixup, epoch, face), image, at, this.layout.block);
  }

  /** Writes column `n` of [136, N]; with an image, some faces get zeros, as if no landmarks had been found. */
  #fillLandmarks(face: number, epoch: number, n: number, mirrored: boolean, out: Float32Array): void {
    const { model, train, seed } = this.config;
    const random = new Random(seed, STREAM.landmarks, epoch, face);
    const dropped = model.landmarks === 'fused' && random.chance(train.landmarkDropout);
    const own = this.#shown.landmarks?.(face) as Float32Array;
    if (mirrored) mirrorLandmarks(own, this.#mirrored);
    const values = mirrored ? this.#mirrored : own;
    for (const [i, value] of values.entries()) out[i * this.layout.batch + n] = dropped ? 0 : value;
  }

  #fillMask(random: Random, mask: Float32Array): void {
    const { dropout } = this.config.model;
    const kept = 1 / (1 - dropout);
    for (let i = 0; i < mask.length; i++) mask[i] = random.chance(dropout) ? 0 : kept;
  }
}
