import type { TrackedFace } from '../../../../ml/faces/face.ts';
import type { ScreenSize } from '../../../simulator/lens.ts';
import type { Shot } from '../sources/source.ts';
import { coveredPart } from './screen.ts';

/** A picture of a source as it fills the screen. */
export interface Taken {
  readonly canvas: HTMLCanvasElement;
  readonly pixels: ImageData;
  /** Its faces where the source knows them; in pixels of the screen, as all faces from here on. */
  readonly faces: readonly TrackedFace[] | null;
}

/**
 * Takes pictures of sources. Two are kept: one is shown while faces are looked for in the other.
 */
export class PictureTaker {
  readonly #contexts = [context(), context()];
  #next = 0;

  /** Fills the screen with the shot's middle. */
  take(shot: Shot, screen: ScreenSize, mirrored: boolean): Taken {
    this.#next = 1 - this.#next;
    const drawing = this.#contexts[this.#next];
    const { canvas } = drawing;
    const { width, height } = screen;
    if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
    const part = coveredPart(shot, screen);
    drawing.setTransform(mirrored ? -1 : 1, 0, 0, 1, mirrored ? width : 0, 0);
    // What is transparent shows paper, not the picture before.
    drawing.fillStyle = '#fff';
    drawing.fillRect(0, 0, width, height);
    drawing.drawImage(shot.image, part.x, part.y, part.width, part.height, 0, 0, width, height);
    const scale = width / part.width;
    const faces = shot.faces?.map((face) => moved(face, part, scale)) ?? null;
    return { canvas, pixels: drawing.getImageData(0, 0, width, height), faces };
  }
}

/** A face on a picture's part, which is scaled. @param part its upper left corner. */
export function moved(face: TrackedFace, { x, y }: { x: number; y: number }, scale: number): TrackedFace {
  const { pose } = face;
  return {
    ...face,
    points: face.points.map((value, at) => (value - (at % 2 === 0 ? x : y)) * scale),
    pose: { ...pose, x: (pose.x - x) * scale, y: (pose.y - y) * scale, scale: pose.scale * scale },
  };
}

function context(): CanvasRenderingContext2D {
  const canvas = document.createElement('canvas');
  return canvas.getContext('2d', { alpha: false, willReadFrequently: true })!;
}
