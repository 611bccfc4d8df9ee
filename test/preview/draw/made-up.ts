import type { Affine, FacePoint, TrackedFace } from '../../../ml/faces/face.ts';
import type { Fill, TextVisual } from '../../../tools/simulator/lens.ts';

/** A place on the screen by its middle and its sides in pixels. */
export const placeAt = (x: number, y: number, width: number, height: number) => {
  const square: Affine = [width / 2, 0, 0, -height / 2, x, y];
  return { on: 'screen', square } as const;
};

export const plain = (...color: [number, number, number, number]): Fill => ({ color, texture: null });

/** A text that fills its place. */
export const textAt = (text: string, place: TextVisual['place'], more: Partial<TextVisual> = {}): TextVisual => ({
  kind: 'text',
  order: 0,
  text,
  fill: plain(1, 1, 1, 1),
  horizontal: 0,
  vertical: 0,
  size: null,
  background: null,
  place,
  ...more,
});

/** Something at a point of a head, as large as an emoji there. */
export const onHead = (point: FacePoint, x: number, y: number, half: number, faceIndex = 0): TextVisual['place'] => ({
  on: 'head',
  faceIndex,
  point,
  center: [x, y, 0],
  right: [half, 0, 0],
  up: [0, half, 0],
});

/** Centimetres from the middle of a head, x to the right and y down: outlines of an upright face. */
function outline(): [number, number][] {
  const arc = (count: number, x: number, y: number, rx: number, ry: number, from: number, to: number) =>
    Array.from({ length: count }, (_, i): [number, number] => {
      const angle = from + ((to - from) * i) / (count - 1);
      return [x + rx * Math.cos(angle), y + ry * Math.sin(angle)];
    });
  const { PI } = Math;
  return [
    ...arc(17, 0, -1, 7, 9, PI, 0),
    ...arc(5, -3.2, -4, 2.2, 0.8, -PI, 0),
    ...arc(5, 3.2, -4, 2.2, 0.8, -PI, 0),
    ...[-3, -2, -1, 0].map((y): [number, number] => [0, y]),
    ...[-1.4, -0.7, 0, 0.7, 1.4].map((x): [number, number] => [x, 1.4]),
    ...arc(7, -3.15, -2.6, 1.3, 0.5, -PI, PI).slice(0, 6),
    ...arc(7, 3.15, -2.6, 1.3, 0.5, -PI, PI).slice(0, 6),
    ...arc(13, 0, 4, 2.5, 0.9, -PI, PI).slice(0, 12),
    ...arc(9, 0, 4, 2, 0.3, -PI, PI).slice(0, 8),
  ];
}

/** A made-up face with its middle at (x, y), in pixels. @param scale pixels of a centimetre. @param roll radians, clockwise. */
export function faceAt(x: number, y: number, scale: number, roll = 0, index = 0) {
  const [cos, sin] = [scale * Math.cos(roll), scale * Math.sin(roll)];
  const points = outline().flatMap(([u, v]) => [x + cos * u - sin * v, y + sin * u + cos * v]);
  return { index, points, score: 1, pose: { x, y, scale, yaw: 0, pitch: 0, roll } };
}

export const tracked = (face: ReturnType<typeof faceAt>): TrackedFace => ({
  ...face,
  points: Float32Array.from(face.points),
});

/** Pixels of a picture, [height, width, 4], opaque. */
export function pixelsOf(
  width: number,
  height: number,
  colorAt: (x: number, y: number) => readonly number[],
): Uint8Array {
  const pixels = new Uint8Array(4 * width * height).fill(255);
  for (let i = 0; i < width * height; i++) pixels.set(colorAt(i % width, Math.floor(i / width)), 4 * i);
  return pixels;
}
