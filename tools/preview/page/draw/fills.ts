import type { Crop, Fill, Rgba, TextureUse } from '../../../simulator/lens.ts';
import { remember } from './lettering.ts';

/** What fills need of the caller. */
export interface Textures {
  /** The picture of an asset, or null while it loads. */
  pictureOf(id: string): CanvasImageSource | null;
  /** Draws what a crop shows into the square from (0, 0) to (1, 1), y down. */
  drawCrop(context: CanvasRenderingContext2D, crop: Crop): void;
}

/** Tinted pictures that are kept: one for each effect and more. */
const KEPT = 12;

export function cssColor([red, green, blue]: Rgba): string {
  return `rgb(${[red, green, blue].map((value) => Math.round(255 * Math.min(1, Math.max(0, value)))).join(' ')})`;
}

/** Fills areas with colours or textures. */
export class Filler {
  readonly #tinted = new Map<string, HTMLCanvasElement>();
  readonly #numbers = new WeakMap<object, number>();
  #count = 0;

  constructor(
    readonly context: CanvasRenderingContext2D,
    readonly textures: Textures,
  ) {}

  /**
   * Fills a box.
   * @param space from the box's coordinates to the canvas.
   * @param box left, top, width, height.
   * @param place the text's place, which a texture with zone 'place' covers, in the same coordinates.
   */
  fill(
    { color, texture }: Fill,
    space: DOMMatrix,
    box: readonly [number, number, number, number],
    place: readonly [number, number, number, number],
    cornerRadius = 0,
  ): void {
    const alpha = Math.min(1, color[3]);
    if (!(alpha > 0)) return;
    const { context } = this;
    context.globalAlpha = alpha;
    context.setTransform(space);
    if (!texture) {
      context.fillStyle = cssColor(color);
      if (cornerRadius === 0) context.fillRect(...box);
      else {
        context.beginPath();
        context.roundRect(...box, cornerRadius);
        context.fill();
      }
    } else {
      const whole = texture.zone === 'screen' && cornerRadius === 0 && coversCanvas(space, box, context.canvas);
      context.save();
      if (!whole) {
        context.beginPath();
        context.roundRect(...box, cornerRadius);
        context.clip();
      }
      this.#lay(texture, color, space, place);
      context.restore();
    }
    context.globalAlpha = 1;
  }

  #lay(
    { source, zone }: TextureUse,
    color: Rgba,
    space: DOMMatrix,
    [left, top, width, height]: readonly [number, number, number, number],
  ): void {
    const { context } = this;
    const { canvas } = context;
    if (source.kind !== 'picture') {
      if (zone === 'screen') context.setTransform(canvas.width, 0, 0, canvas.height, 0, 0);
      else context.setTransform(space.translate(left, top).scale(width, height));
      this.textures.drawCrop(context, source);
      return;
    }
    const picture = this.textures.pictureOf(source.id);
    if (!picture) return;
    if (zone === 'screen') {
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.drawImage(this.#tint(picture, color, canvas.width, canvas.height), 0, 0);
    } else {
      const sides = [Math.hypot(space.a, space.b) * width, Math.hypot(space.c, space.d) * height].map(Math.ceil);
      context.drawImage(this.#tint(picture, color, sides[0], sides[1]), left, top, width, height);
    }
  }

  /** A picture times a colour; its alpha is left to the drawing, so that one picture does for a tint that comes and goes. */
  #tint(picture: CanvasImageSource, color: Rgba, width: number, height: number): HTMLCanvasElement {
    const number = this.#numbers.get(picture) ?? this.#count++;
    this.#numbers.set(picture, number);
    const key = [number, cssColor(color), width, height].join();
    const make = () => {
      const canvas = document.createElement('canvas');
      [canvas.width, canvas.height] = [Math.max(1, width), Math.max(1, height)];
      const context = canvas.getContext('2d', { willReadFrequently: true })!;
      context.drawImage(picture, 0, 0, canvas.width, canvas.height);
      context.globalCompositeOperation = 'multiply';
      context.fillStyle = cssColor(color);
      context.fillRect(0, 0, canvas.width, canvas.height);
      // Where nothing was, the multiplication has left the colour.
      context.globalCompositeOperation = 'destination-in';
      context.drawImage(picture, 0, 0, canvas.width, canvas.height);
      return canvas;
    };
    return remember(this.#tinted, key, make, KEPT);
  }
}

/** Whether a box covers a canvas: all its corners lie in the box. */
function coversCanvas(
  space: DOMMatrix,
  [left, top, width, height]: readonly [number, number, number, number],
  canvas: { readonly width: number; readonly height: number },
): boolean {
  const back = space.inverse();
  return [0, canvas.width].every((x) =>
    [0, canvas.height].every((y) => {
      const { x: u, y: v } = back.transformPoint({ x, y });
      return u >= left && u <= left + width && v >= top && v <= top + height;
    }),
  );
}
