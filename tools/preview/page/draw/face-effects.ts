/** Changes faces in the camera's picture: moved landmarks, bulges, soft skin. */

import type { FacePoint, Numbers3, TrackedFace } from '../../../../ml/faces/face.ts';
import type { Visual } from '../../../simulator/lens.ts';
import { addLiquify, addStretch, createGrid, regionOf } from './displacement.ts';
import { resample } from './resample.ts';
import { skinOf, softenSkin } from './soft-skin.ts';

/** Where a place around a point of a face, in centimetres, lies on the canvas in pixels; null without such a face or point. */
export type Project = (faceIndex: number, point: FacePoint, at: Numbers3) => readonly [x: number, y: number] | null;

/** A change smaller than this cannot be seen. */
const LEAST = 1e-3;

/**
 * Applies all visuals that change one face to the picture on a canvas. Only the face and some centimetres around it change;
 * the skin is softened first, and displacements of several visuals add up.
 * @param face in pixels of the canvas.
 */
export function changeFace(
  context: CanvasRenderingContext2D,
  face: TrackedFace,
  visuals: readonly Visual[],
  project: Project,
): void {
  const { width, height } = context.canvas;
  const region = regionOf(face, width, height);
  if (!region) return;
  let softness = 0;
  const moves: (readonly [number, number, number])[] = [];
  const bulges: (readonly [x: number, y: number, radius: number, amount: number])[] = [];
  for (const visual of visuals) {
    if (!('faceIndex' in visual) || visual.faceIndex !== face.index) continue;
    if (visual.kind === 'retouch') softness = Math.max(softness, visual.softness);
    else if (visual.kind === 'faceStretch')
      moves.push(...visual.moves.filter(([, x, y]) => Math.abs(x) + Math.abs(y) > LEAST));
    else if (Math.abs(visual.amount) > LEAST) {
      const middle = project(face.index, visual.point, [0, 0, 0]);
      if (middle) bulges.push([...middle, visual.radius * face.pose.scale, visual.amount]);
    }
  }
  const warped = moves.length + bulges.length > 0;
  if (!warped && softness < LEAST) return;
  const picture = context.getImageData(region.left, region.top, region.width, region.height);
  if (softness >= LEAST) softenSkin(picture.data, region, skinOf(face, region), softness, face.pose.scale);
  if (warped) {
    const grid = createGrid(region);
    if (moves.length > 0) addStretch(grid, face, moves);
    for (const bulge of bulges) addLiquify(grid, ...bulge);
    const pixels = new Uint32Array(picture.data.buffer);
    resample(pixels.slice(), pixels, grid);
  }
  context.putImageData(picture, region.left, region.top);
}
