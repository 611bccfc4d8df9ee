import type { Config } from '../config/schema.ts';
import type { Random } from '../core/random.ts';
import type { Faces } from '../data/dataset.ts';
import { augmentFace, drawAugmentation } from './augment.ts';

/** Another face in a picture. */
export interface Mixture {
  readonly partner: number;
  /** Its share of the picture, at most one half. */
  readonly share: number;
}

/** Mixup (Zhang et al. 2018, arXiv:1710.09412): lays a second face, augmented too, over a first one. */
export class Mixup {
  readonly #picture: Float32Array;

  /**
   * @param faces positions of those that a second face is drawn from.
   * @param shown all of the data set, as the network is shown them.
   */
  constructor(
    readonly config: Config,
    readonly faces: Uint32Array,
    readonly shown: Faces,
  ) {
    this.#picture = new Float32Array(config.model.size ** 2);
  }

  /**
   * Lays a face over the one in `image`, whose pixel p lies at `offset + p·stride`; with α = 0 it is the face itself.
   * @param face position of the first face.
   */
  lay(face: number, random: Random, image: Float32Array, offset: number, stride: number): Mixture {
    const { augment, model } = this.config;
    if (augment.mixup === 0) return { partner: face, share: 0 };
    const drawn = random.beta(augment.mixup);
    const share = Math.min(drawn, 1 - drawn);
    const partner = this.faces[random.integer(this.faces.length)];
    augmentFace(this.shown.at(partner), drawAugmentation(augment, random), model.size, random, this.#picture, 0, 1);
    for (const [pixel, value] of this.#picture.entries()) {
      const place = offset + pixel * stride;
      image[place] += share * (value - image[place]);
    }
    return { partner, share };
  }
}
