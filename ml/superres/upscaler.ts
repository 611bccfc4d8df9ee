import { greyOfLuma, lumaOfGrey } from '../core/bt601.ts';
import { openOnnx } from '../runtime/onnx-session.ts';
import type { ModelSession } from '../runtime/session.ts';
import { convolutionsOf, type Edsr, type Scale } from './edsr.ts';
import type { EdsrModel } from './model-file.ts';
import { chromaOf, crop, lumaOf, type Picture, type Plane, pictureOf, plane, toByte } from './plane.ts';
import { resizeBicubic } from './resize.ts';

/** Side of the tiles that large pictures are cut into, without their margin; a tile's activations then take some 100 MB. */
const TILE = 192;
/** Luma 0..255 as the network takes it, in [−1, 1]. */
const HALF = 127.5;

export const toNetwork = (luma: number) => luma / HALF - 1;
const fromNetwork = (value: number) => (value + 1) * HALF;

/** Radius of the receptive field in pixels of the small picture: pixels further away do not change a result. */
export function receptiveRadius(edsr: Edsr): number {
  return Math.ceil(convolutionsOf(edsr).reduce((sum, { size }) => sum + 1 / size, 0));
}

/** Runs a trained network. */
export class Upscaler {
  readonly #session: ModelSession;

  private constructor(
    readonly edsr: Edsr,
    session: ModelSession,
  ) {
    this.#session = session;
  }

  /** @throws UserError if ONNX Runtime cannot load the file. */
  static async open({ edsr, bytes }: EdsrModel): Promise<Upscaler> {
    return new Upscaler(edsr, await openOnnx(bytes, 'the EDSR network'));
  }

  get scale(): Scale {
    return this.edsr.scale;
  }

  /**
   * Upscales a luma of any size, 0..255. Large ones go through the network in tiles whose margins are as wide as it
   * reaches, so there are no seams.
   */
  async luma(source: Plane): Promise<Plane> {
    const { scale } = this;
    const reach = receptiveRadius(this.edsr);
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

  /** Upscales a colour picture: its luma by the network, Cb and Cr bicubically, as the eye sees little of them. */
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
    const [upscaled] = await this.#session.run([{ shape: [pictures, 1, height, width], values }]);
    return upscaled;
  }

  /** Frees the session. */
  async close(): Promise<void> {
    await this.#session.close();
  }
}
