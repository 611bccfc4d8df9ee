import * as ort from 'onnxruntime-node';
import { messageOf, UserError } from '../core/errors.ts';
import { chromaOf, greyOfLuma, lumaOf, lumaOfGrey, pictureOf } from './color.ts';
import { convolutionsOf, type Edsr, type Scale } from './edsr.ts';
import { PICTURE, UPSCALED } from './inference-graph.ts';
import type { EdsrModel } from './model-file.ts';
import { crop, type Picture, type Plane, plane, toByte } from './plane.ts';
import { resizeBicubic } from './resize.ts';

/** Side of the tiles that large pictures are cut into, without their margin; a tile's maps then take some 100 MB. */
const TILE = 192;
/** Luma 0..255 as the network takes it, in [−1, 1]. */
const HALF = 127.5;

export const toNetwork = (luma: number) => luma / HALF - 1;
const fromNetwork = (value: number) => (value + 1) * HALF;

/** How far a result reaches into the small picture: pixels further away than this do not change it. */
export function reachOf(edsr: Edsr): number {
  return Math.ceil(convolutionsOf(edsr).reduce((sum, { size }) => sum + 1 / size, 0));
}

/** Runs a trained network. */
export class Upscaler {
  readonly #session: ort.InferenceSession;

  private constructor(
    readonly edsr: Edsr,
    session: ort.InferenceSession,
  ) {
    this.#session = session;
  }

  /** @throws UserError if ONNX Runtime does not take the file. */
  static async open({ edsr, bytes }: EdsrModel): Promise<Upscaler> {
    try {
      const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
      return new Upscaler(edsr, session);
    } catch (thrown) {
      throw new UserError(`ONNX Runtime does not take the EDSR network: ${(thrown as Error).message}`, {
        cause: thrown,
      });
    }
  }

  get scale(): Scale {
    return this.edsr.scale;
  }

  /**
   * Upscales a luma of any size, 0..255. Large ones go through the network in tiles whose margins are as wide as it
   * reaches, so that no seam is left.
   */
  async luma(source: Plane): Promise<Plane> {
    const { scale } = this;
    const reach = reachOf(this.edsr);
    const result = plane(scale * source.width, scale * source.height);
    for (let top = 0; top < source.height; top += TILE) {
      for (let left = 0; left < source.width; left += TILE) {
        const [x, y] = [Math.max(0, left - reach), Math.max(0, top - reach)];
        const right = Math.min(source.width, left + TILE + reach);
        const bottom = Math.min(source.height, top + TILE + reach);
        const tile = crop(source, x, y, right - x, bottom - y);
        const large: Plane = {
          width: scale * tile.width,
          height: scale * tile.height,
          values: await this.#run(tile.values.map(toNetwork), 1, tile.width, tile.height),
        };
        const width = scale * Math.min(TILE, source.width - left);
        const height = scale * Math.min(TILE, source.height - top);
        const inner = crop(large, scale * (left - x), scale * (top - y), width, height);
        for (let row = 0; row < height; row++) {
          const line = inner.values.subarray(row * width, (row + 1) * width).map(fromNetwork);
          result.values.set(line, (scale * top + row) * result.width + scale * left);
        }
      }
    }
    return result;
  }

  /** Upscales a picture in colours: its luma by the network, Cb and Cr bicubically, as the eye sees little of them. */
  async picture(source: Picture): Promise<Picture> {
    const luma = await this.luma(lumaOf(source));
    const [cb, cr] = chromaOf(source).map((channel) => resizeBicubic(channel, luma.width, luma.height));
    return pictureOf(luma, [cb, cr]);
  }

  /**
   * Upscales grey square pictures of one size.
   * @param grey values 0..255, [n, side, side].
   * @param out receives values 0..255, [n, scale·side, scale·side].
   */
  async grey(grey: Uint8Array, side: number, out: Uint8Array): Promise<void> {
    const pictures = grey.length / side ** 2;
    const small = Float32Array.from(grey, (value) => toNetwork(lumaOfGrey(value)));
    const large = await this.#run(small, pictures, side, side);
    for (let i = 0; i < large.length; i++) out[i] = toByte(greyOfLuma(fromNetwork(large[i])));
  }

  async #run(values: Float32Array, pictures: number, width: number, height: number): Promise<Float32Array> {
    const picture = new ort.Tensor('float32', values, [pictures, 1, height, width]);
    const results = await this.#session.run({ [PICTURE]: picture }).catch((thrown) => {
      throw new UserError(`ONNX Runtime cannot run the EDSR network: ${messageOf(thrown)}`, { cause: thrown });
    });
    return results[UPSCALED].data as Float32Array;
  }

  /** Frees the session. */
  async close(): Promise<void> {
    await this.#session.release();
  }
}
