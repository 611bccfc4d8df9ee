import type { Fill, HeadPlace, LensHost, Rgba, ScreenPlace, ScreenSize, TextVisual, Visual } from '../lens.ts';
import {
  AttachmentPointType,
  StandInFaceStretch,
  StandInHead,
  StandInLiquify,
  StandInRectangleSetter,
  StandInRetouch,
} from '../stand-in/face.ts';
import type { StandInSceneObject } from '../stand-in/scene.ts';
import { StandInFaceCrop, type StandInTexture } from '../stand-in/textures.ts';
import { type StandInFill, StandInScreenTransform, StandInText, TextFillMode, TileZone } from '../stand-in/visuals.ts';
import { isMaterialVisual, materialVisualOf } from './material-visuals.ts';
import {
  areaOf,
  childArea,
  childSpace,
  direction,
  HEAD_SPACE,
  pointOf,
  type ScreenArea,
  type Space,
  squareOf,
  wholeScreen,
} from './places.ts';

/** Where an object is: in an area of the screen, in a head's space, or nowhere that the simulator shows. */
interface Surroundings {
  readonly area: ScreenArea | null;
  readonly head: { readonly faceIndex: number; readonly point: string; readonly space: Space } | null;
}

/** The sides of an Image in the scene, in its object's units. */
const UNIT = { left: -1, right: 1, bottom: -1, top: 1 };

/** What is to be drawn of all that is shown, lowest order first; what would change nothing is left out. */
export function readVisuals(
  roots: Iterable<StandInSceneObject>,
  screen: ScreenSize,
  host: Pick<LensHost, 'cropPlace'>,
): Visual[] {
  const visuals: Visual[] = [];
  const visit = (object: StandInSceneObject, above: Surroundings) => {
    if (!object.enabled) return;
    const here = surroundingsOf(object, above, screen, host);
    if (here === null) return;
    for (const component of object.components)
      if (component.enabled) {
        const visual = visualOf(component, here);
        if (visual) visuals.push(visual);
      }
    for (const child of object.children) visit(child, here);
  };
  for (const root of roots) visit(root, { area: null, head: null });
  return visuals.sort((a, b) => a.order - b.order);
}

/** Null where nothing can be seen, because a face is missing. */
function surroundingsOf(
  object: StandInSceneObject,
  above: Surroundings,
  screen: ScreenSize,
  host: Pick<LensHost, 'cropPlace'>,
): Surroundings | null {
  const { components } = object;
  const head = components.find((one) => one instanceof StandInHead);
  if (head) {
    const point = AttachmentPointType[head.attachmentPoint];
    return { area: null, head: { faceIndex: head.faceIndex, point, space: HEAD_SPACE } };
  }
  const transform = components.find((one) => one instanceof StandInScreenTransform);
  if (transform) {
    const setter = components.find((one) => one instanceof StandInRectangleSetter);
    const crop = setter?.enabled ? (setter.cropTexture as Texture | undefined)?.control : undefined;
    if (crop instanceof StandInFaceCrop) {
      const place = host.cropPlace(crop.crop);
      return place && { area: areaOf(place), head: null };
    }
    return { area: childArea(above.area ?? wholeScreen(screen), transform, screen), head: null };
  }
  const space = above.head && childSpace(above.head.space, object.getTransform());
  return { area: null, head: space && { ...above.head!, space } };
}

function visualOf(component: unknown, here: Surroundings): Visual | null {
  if (component instanceof StandInText) return textOf(component, here);
  if (isMaterialVisual(component)) return materialVisualOf(component, placeOf(UNIT, here));
  if (component instanceof StandInFaceStretch) {
    const moves = movesOf(component);
    const { renderOrder: order, faceIndex } = component;
    return moves.length > 0 ? { kind: 'faceStretch', order, faceIndex, moves } : null;
  }
  if (component instanceof StandInLiquify && here.head) {
    const { renderOrder: order, radius, intensity } = component;
    const { faceIndex, point } = here.head;
    const amount = intensity - 1;
    return amount !== 0 ? { kind: 'liquify', order, faceIndex, point, radius, amount } : null;
  }
  if (component instanceof StandInRetouch) {
    const { renderOrder: order, faceIndex, softSkinIntensity: softness } = component;
    return softness > 0 ? { kind: 'retouch', order, faceIndex, softness } : null;
  }
  return null;
}

/** Sums of all features' moves. */
function movesOf({ features }: StandInFaceStretch): [number, number, number][] {
  const moves = new Map<number, [number, number]>();
  for (const { points, weight } of features.values())
    for (const { index, delta, weight: share } of points) {
      const [x, y] = moves.get(index) ?? [0, 0];
      moves.set(index, [x + weight * share * delta.x, y + weight * share * delta.y]);
    }
  return [...moves].flatMap(([index, [dx, dy]]) => (dx !== 0 || dy !== 0 ? [[index, dx, dy]] : []));
}

function textOf(text: StandInText, here: Surroundings): TextVisual | null {
  const place = placeOf(text.worldSpaceRect, here);
  const { backgroundSettings } = text;
  const fill = fillOf(text.textFill);
  const behind = backgroundSettings.enabled ? fillOf(backgroundSettings.fill) : null;
  const background = behind && behind.color[3] > 0 ? behind : null;
  if (place === null || text.text.trim() === '' || (fill.color[3] <= 0 && background === null)) return null;
  const { left, right, bottom, top } = backgroundSettings.margins;
  return {
    kind: 'text',
    order: text.renderOrder,
    text: text.text,
    fill,
    horizontal: (text.horizontalAlignment - 1) as TextVisual['horizontal'],
    vertical: (text.verticalAlignment - 1) as TextVisual['vertical'],
    size: text.sizeToFit ? null : text.size,
    background: background && {
      ...background,
      cornerRadius: backgroundSettings.cornerRadius,
      margins: { left, right, bottom, top },
    },
    place,
  };
}

/** @param sides where there is no screen transform. */
function placeOf(sides: typeof UNIT, { area, head }: Surroundings): ScreenPlace | HeadPlace | null {
  if (area) return { on: 'screen', square: squareOf(area) };
  if (head === null) return null;
  const { left, right, bottom, top } = sides;
  const { faceIndex, point, space } = head;
  return {
    on: 'head',
    faceIndex,
    point,
    center: pointOf(space, [(left + right) / 2, (bottom + top) / 2, 0]),
    right: direction(space, [1, 0, 0], (right - left) / 2),
    up: direction(space, [0, 1, 0], (top - bottom) / 2),
  };
}

function fillOf({ mode, color, colorTint, texture, tileZone }: StandInFill): Fill {
  if (mode !== TextFillMode.Texture) return { color: rgba(color), texture: null };
  const source = texture ? (texture as StandInTexture).source : null;
  const zone = tileZone === TileZone.Screen ? 'screen' : 'place';
  return { color: rgba(colorTint), texture: source && { source, zone } };
}

const rgba = ({ x, y, z, w }: vec4): Rgba => [x, y, z, w];
