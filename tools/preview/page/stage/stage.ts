import { assetUrls, program } from 'virtual:lens';
import type { Affine } from '../../../../ml/faces/face.ts';
import { projectHead } from '../../../../ml/faces/placement.ts';
import type { ScreenSize, Visual } from '../../../simulator/lens.ts';
import { element, setText } from '../../../web/page/dom.ts';
import type { Textures } from '../draw/fills.ts';
import { createMaterialDrawer, type MaterialDrawer } from '../draw/materials/drawer.ts';
import type { Resolution } from '../draw/materials/resolution.ts';
import { createPainter } from '../draw/painter.ts';
import { cropSquare, type OnStage } from '../run/host.ts';

/** The screen that the lens is shown on. */
export interface Stage {
  readonly root: HTMLElement;
  /** Null where the browser has no WebGL 2. */
  readonly materials: MaterialDrawer | null;
  /** @param time seconds of the lens. */
  paint(shown: OnStage, visuals: readonly Visual[], time: number): void;
  /** Gives the screen another shape. */
  resize(size: ScreenSize, phone: boolean): void;
  /** Something to know about the picture, such as that there is no face in it; empty for nothing. */
  say(text: string): void;
}

/**
 * @param overlay is laid over the picture.
 * @param resolution how finely materials are drawn; null: as finely as all else.
 * @param onLost is called when the browser no longer lets materials be drawn.
 */
export function createStage(overlay: HTMLElement, resolution: Resolution | null, onLost?: () => void): Stage {
  const canvas = element('canvas', { role: 'img', 'aria-label': 'The picture with the lens' });
  const status = element('span');
  const screen = element(
    'div',
    { class: 'screen' },
    canvas,
    overlay,
    element('div', { class: 'status', role: 'status' }, status),
  );
  const pictures = loadPictures();
  let current: OnStage | null = null;
  const faceOf = (index: number) => current?.faces.find((face) => face.index === index);

  const textures: Textures = {
    pictureOf: (id) => pictures.get(id) ?? null,
    drawCrop(context, crop) {
      const place = current && cropSquare(crop, current);
      if (current && place) drawCrop(context, current.taken.canvas, place);
    },
  };
  const materials = createMaterialDrawer(textures, resolution, onLost);
  const painter = createPainter(canvas, textures, materials);

  return {
    root: element('div', { class: 'screen-area' }, screen),
    materials,
    paint(shown, visuals, time) {
      current = shown;
      painter.paint({
        picture: shown.taken.canvas,
        visuals,
        time,
        faces: shown.faces,
        project: (faceIndex, point, at) => {
          const face = faceOf(faceIndex);
          return face ? projectHead(face, point, at) : null;
        },
      });
    },
    resize({ width, height }, phone) {
      if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
      screen.style.setProperty('--aspect', String(width / height));
      screen.classList.toggle('whole', !phone);
    },
    say: (text) => setText(status, text),
  };
}

/** The lens's pictures by id, as they come. */
function loadPictures(): Map<string, CanvasImageSource> {
  const pictures = new Map<string, CanvasImageSource>();
  for (const { kind, id } of program.assets) {
    if (kind !== 'picture' || !Object.hasOwn(assetUrls, id)) continue;
    const image = new Image();
    image.onload = () => pictures.set(id, image);
    image.src = assetUrls[id];
  }
  return pictures;
}

/** Draws the part of a picture that a crop shows into the square from (0, 0) to (1, 1), y down. */
function drawCrop(context: CanvasRenderingContext2D, picture: HTMLCanvasElement, place: Affine): void {
  context.save();
  context.beginPath();
  context.rect(0, 0, 1, 1);
  context.clip();
  const toPicture = new DOMMatrix([...place]).multiply(new DOMMatrix([2, 0, 0, -2, -1, 1]));
  const { a, b, c, d, e, f } = toPicture.inverse();
  context.transform(a, b, c, d, e, f);
  context.drawImage(picture, 0, 0);
  context.restore();
}
