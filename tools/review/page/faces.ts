/** Side of a face in pixels. */
export const FACE = 48;
const PIXELS = FACE * FACE;

const image = new ImageData(FACE, FACE);
const colours = new Uint32Array(image.data.buffer);

/** Draws a face into a canvas of its size. @param faces grey values, [n, 48, 48]. */
export function paintFace(canvas: HTMLCanvasElement, faces: Uint8Array, place: number): void {
  // Opaque grey on little-endian processors, which every browser runs on.
  for (let i = 0; i < PIXELS; i++) colours[i] = 0xff000000 | (faces[place * PIXELS + i] * 0x010101);
  canvas.getContext('2d', { alpha: false })!.putImageData(image, 0, 0);
}

export function faceCanvas(): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = FACE;
  canvas.height = FACE;
  return canvas;
}
