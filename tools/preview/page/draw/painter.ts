/**
 * Draws what a lens shows over a picture of the camera, on a 2-D canvas, without a graphics card; only materials, which are
 * programs for one, are drawn by WebGL.
 */

import type { Affine, TrackedFace } from '../../../../ml/faces/face.ts';
import type { HeadPlace, ImageVisual, ScreenPlace, TextVisual, Visual } from '../../../simulator/lens.ts';
import { changeFace, type Project } from './face-effects.ts';
import { cssColor, Filler, type Textures } from './fills.ts';
import { isEmoji, Letterer } from './lettering.ts';
import type { MaterialDrawer, PlacedMaterial } from './materials/drawer.ts';

/** One frame; the screen is the canvas, and all places are in its pixels. */
export interface PaintedFrame {
  /** Stretched over the canvas. */
  readonly picture: CanvasImageSource;
  /** Lowest order first. */
  readonly visuals: readonly Visual[];
  readonly faces: readonly TrackedFace[];
  readonly project: Project;
  /** Seconds of the lens, for materials that move. */
  readonly time?: number;
}

export interface Painter {
  paint(frame: PaintedFrame): void;
}

/** Pixels of a point: points are those of a screen this wide. */
const POINTS_ACROSS = 1000;
const BLOCK = /^[\u2588\s]+$/;

/**
 * A painter for a canvas, whose size may change between frames. Without a drawer it leaves out materials. What changes faces (stretch, liquify, retouch) changes the
 * camera's picture only, whatever its order: the shipped effects draw nothing below it.
 */
export function createPainter(
  canvas: HTMLCanvasElement,
  textures: Textures,
  materials: MaterialDrawer | null = null,
): Painter {
  const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true })!;
  const letterer = new Letterer();
  const filler = new Filler(context, textures);
  return {
    paint({ picture, visuals, faces, project, time = 0 }) {
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.drawImage(picture, 0, 0, canvas.width, canvas.height);
      for (const face of faces) changeFace(context, face, visuals, project);
      /** Materials that follow each other are drawn at once: to and from the graphics card takes time. */
      let run: PlacedMaterial[] = [];
      const drawRun = () => {
        if (run.length > 0) materials?.draw(context, run, time);
        run = [];
      };
      for (const visual of visuals)
        if (visual.kind === 'text') {
          drawRun();
          drawText(context, visual, project, letterer, filler);
        } else if (visual.kind === 'postEffect') {
          run.push({
            visual,
            square: [canvas.width / 2, 0, 0, -canvas.height / 2, canvas.width / 2, canvas.height / 2],
          });
        } else if (visual.kind === 'image') {
          const square = squareOf(visual.place, project);
          if (square) run.push({ visual, square: fitted(visual, square, textures) });
        }
      drawRun();
      context.setTransform(1, 0, 0, 1, 0, 0);
    },
  };
}

function drawText(
  context: CanvasRenderingContext2D,
  visual: TextVisual,
  project: Project,
  letterer: Letterer,
  filler: Filler,
): void {
  const { text, fill, background } = visual;
  const square = squareOf(visual.place, project);
  const hasLetters = fill.color[3] > 0 && text !== '';
  if (!square || !(hasLetters || background)) return;
  const [width, height] = [2 * Math.hypot(square[0], square[1]), 2 * Math.hypot(square[2], square[3])];
  if (!(width > 0 && height > 0)) return;
  // From pixels about the middle of the place, y down.
  const space = new DOMMatrix([
    (2 * square[0]) / width,
    (2 * square[1]) / width,
    (-2 * square[2]) / height,
    (-2 * square[3]) / height,
    square[4],
    square[5],
  ]);
  const place = [-width / 2, -height / 2, width, height] as const;
  if (BLOCK.test(text)) {
    if (background) filler.fill(background, space, place, place);
    filler.fill(fill, space, place, place);
    return;
  }
  const point = context.canvas.width / POINTS_ACROSS;
  const measured = letterer.measure(text);
  const size = visual.size === null ? Math.min(width / measured.width, height / measured.height) : visual.size * point;
  const x = (visual.horizontal * (width - size * measured.width)) / 2;
  const y = (-visual.vertical * (height - size * measured.height)) / 2;
  if (background) {
    const { left, right, top, bottom } = background.margins;
    const box = [
      x - (size * measured.width) / 2 - left * point,
      y - (size * measured.height) / 2 - top * point,
      size * measured.width + (left + right) * point,
      size * measured.height + (top + bottom) * point,
    ] as const;
    filler.fill(background, space, box, place, background.cornerRadius * point);
  }
  if (!hasLetters) return;
  const lettering = letterer.write(text, size, visual.horizontal, cssColor(fill.color));
  context.setTransform(space);
  context.globalAlpha = Math.min(1, fill.color[3]);
  // Letters lie on whole pixels where nothing turns them, which keeps them sharp.
  const settle = isEmoji(text) ? (value: number) => value : Math.round;
  context.drawImage(
    lettering.picture,
    settle(x + lettering.left),
    settle(y + lettering.top),
    lettering.width,
    lettering.height,
  );
  context.globalAlpha = 1;
}

/** The part of an image's square that its picture fills with its aspect kept. */
function fitted({ fit, material }: ImageVisual, [a, b, c, d, e, f]: Affine, textures: Textures): Affine {
  const source = fit === null ? null : material.values[fit];
  const picture = source && 'kind' in source && source.kind === 'picture' ? textures.pictureOf(source.id) : null;
  if (!picture) return [a, b, c, d, e, f];
  // A picture of a project is an image, whose sides are numbers.
  const aspect = (picture as HTMLImageElement).width / (picture as HTMLImageElement).height;
  const room = Math.hypot(a, b) / Math.hypot(c, d);
  const [across, down] = aspect > room ? [1, room / aspect] : [aspect / room, 1];
  return [a * across, b * across, c * down, d * down, e, f];
}

/** Where the square of a place lies on the canvas; null if it lies at a face that is not there. */
function squareOf(place: ScreenPlace | HeadPlace, project: Project): Affine | null {
  if (place.on === 'screen') return place.square;
  const { faceIndex, point, center, right, up } = place;
  const at = (by: HeadPlace['right']) =>
    project(faceIndex, point, [center[0] + by[0], center[1] + by[1], center[2] + by[2]]);
  const [middle, side, top] = [at([0, 0, 0]), at(right), at(up)];
  if (!middle || !side || !top) return null;
  return [side[0] - middle[0], side[1] - middle[1], top[0] - middle[0], top[1] - middle[1], middle[0], middle[1]];
}
