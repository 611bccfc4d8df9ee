import { assetUrls, program } from 'virtual:lens';
import type { Affine } from '../../../../ml/faces/face.ts';
import { projectHead } from '../../../../ml/faces/placement.ts';
import type { ScreenSize, Visual } from '../../../simulator/lens.ts';
import { element, setText } from '../../../web/page/dom.ts';
import { createPainter } from '../draw/painter.ts';
import { cropSquare, type OnStage } from '../run/host.ts';

/** The screen that the lens is shown on. */
export interface Stage {
  readonly root: HTMLElement;
  paint(shown: OnStage, visuals: readonly Visual[]): void;
  /** Gives the screen another shape. */
  resize(size: ScreenSize, phone: boolean): void;
  /** Something to know about the picture, such as that there is no face in it; empty for nothing. */
  say(text: string): void;
}

/** @param overlay is laid over the picture. */
export function createStage(overlay: HTMLElement): Stage {
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

  const painter = createPainter(canvas, {
    pictureOf: (id) => pictures.get(id) ?? null,
    drawCrop(context, crop) {
      const place = current && cropSquare(crop, current);
      if (current && place) drawCrop(context, current.taken.canvas, place);
    },
  });

  return {
    root: element('div', { class: 'screen-area' }, screen),
    paint(shown, visuals) {
      current = shown;
      painter.paint({
        picture: shown.taken.canvas,
        visuals,
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
