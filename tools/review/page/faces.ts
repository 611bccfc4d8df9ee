/** Side of a face in pixels. */
export const FACE = 48;

/** Draws a face into a canvas of its size. @param faces grey values, [n, 48, 48]. */
export function paintFace(canvas: HTMLCanvasElement, faces: Uint8Array, place: number): void {
  const context = canvas.getContext('2d', { alpha: false })!;
  const image = context.createImageData(FACE, FACE);
  const offset = place * FACE * FACE;
  for (let i = 0; i < FACE * FACE; i++) {
    const grey = faces[offset + i];
    image.data[4 * i] = grey;
    image.data[4 * i + 1] = grey;
    image.data[4 * i + 2] = grey;
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
}

export function faceCanvas(): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = FACE;
  canvas.height = FACE;
  return canvas;
}
