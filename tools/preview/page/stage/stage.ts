import { assetUrls, program } from 'virtual:lens';
import type { Affine } from '../../../../ml/faces/face.ts';
import { projectHead } from '../../../../ml/faces/placement.ts';
import type { ScreenSize, Visual } from '../../../simulator/lens.ts';
import type { ProgramAsset } from '../../../simulator/program.ts';
import { element, setText } from '../../../web/page/dom.ts';
import type { Textures } from '../draw/fills.ts';
import { createMaterialDrawer, type MaterialDrawer } from '../draw/materials/drawer.ts';
import type { Resolution } from '../draw/materials/resolution.ts';
import { createPainter } from '../draw/painter.ts';
import { cropSquare, type OnStage } from '../run/host.ts';
import { moved } from './picture-taker.ts';

/** The screen that the lens is shown on. */
export interface Stage {
  readonly root: HTMLElement;
  /** Null where the browser has no WebGL 2. */
  readonly materials: MaterialDrawer | null;
  /** Settles when the lens's pictures are loaded, those that can be; until then they are not shown. */
  readonly loaded: Promise<unknown>;
  /** @param visualsOn what the lens shows on a screen of so many pixels. @param time seconds of the lens. */
  paint(shown: OnStage, visualsOn: (screen: ScreenSize) => readonly Visual[], time: number): void;
  /** Gives the screen another shape. */
  resize(size: ScreenSize, phone: boolean): void;
  /** Something to know about the picture, such as that there is no face in it; empty for nothing. */
  say(text: string): void;
}

/**
 * @param overlay is laid over the picture.
 * @param resolution how finely a picture with materials is drawn; null: as finely as others.
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
  const { pictures, loaded } = loadPictures();
  let current: OnStage | null = null;
  let size: ScreenSize = canvas;

  const textures: Textures = {
    pictureOf: (id) => pictures.get(id) ?? null,
    drawCrop(context, crop) {
      const place = current && cropSquare(crop, current);
      if (current && place) drawCrop(context, current.taken.canvas, place);
    },
  };
  const materials = createMaterialDrawer(textures, onLost);
  const painter = createPainter(canvas, textures, materials);

  return {
    root: element('div', { class: 'screen-area' }, screen),
    materials,
    loaded,
    paint(shown, visualsOn, time) {
      const begun = performance.now();
      current = shown;
      let visuals = visualsOn(size);
      const hasMaterials = visuals.some(({ kind }) => kind === 'image' || kind === 'postEffect');
      const scale = hasMaterials && resolution ? resolution.scale : 1;
      const [width, height] = [size.width, size.height].map((side) => Math.round(scale * side));
      if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
      if (scale !== 1) visuals = visualsOn({ width, height });
      const faces = scale === 1 ? shown.faces : shown.faces.map((face) => moved(face, { x: 0, y: 0 }, scale));
      painter.paint({
        picture: shown.taken.canvas,
        visuals,
        time,
        faces,
        project: (faceIndex, point, at) => {
          const face = faces.find(({ index }) => index === faceIndex);
          return face ? projectHead(face, point, at) : null;
        },
      });
      if (hasMaterials) resolution?.took(performance.now() - begun);
    },
    resize({ width, height }, phone) {
      size = { width, height };
      screen.style.setProperty('--aspect', String(width / height));
      screen.classList.toggle('whole', !phone);
    },
    say: (text) => setText(status, text),
  };
}

/** The lens's pictures by id, as they come. */
function loadPictures() {
  const pictures = new Map<string, CanvasImageSource>();
  const loading = program.assets
    .filter(({ kind, id }: ProgramAsset) => kind === 'picture' && Object.hasOwn(assetUrls, id))
    .map(async ({ id }: ProgramAsset) => {
      const image = new Image();
      image.src = assetUrls[id];
      await image.decode();
      pictures.set(id, image);
    });
  return { pictures, loaded: Promise.allSettled(loading) };
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
