/** What covers parts of a face, placed by its landmarks: which pixels, and how they change. */
import { centreOf, eyesOf, type Point } from '../../core/landmarks68.ts';

/** Whether a point of the picture, in pixels from its top left, is covered. */
export type Region = (x: number, y: number) => boolean;

/** How a face's own axes lie in the picture; lengths are in eye distances. */
interface FaceAxes {
  readonly eyeDistance: number;
  /** Where a point lies from the middle between the eyes: across to the right eye of the picture, and down the face. */
  readonly place: (x: number, y: number) => readonly [across: number, down: number];
}

function axesOf(points: Float32Array): FaceAxes {
  const [left, right] = eyesOf(points);
  const [acrossX, acrossY] = [right[0] - left[0], right[1] - left[1]];
  const eyeDistance = Math.hypot(acrossX, acrossY);
  const [middleX, middleY] = [(left[0] + right[0]) / 2, (left[1] + right[1]) / 2];
  const place = (x: number, y: number) => {
    const [dx, dy] = [(x - middleX) / eyeDistance, (y - middleY) / eyeDistance];
    return [(acrossX * dx + acrossY * dy) / eyeDistance, (acrossX * dy - acrossY * dx) / eyeDistance] as const;
  };
  return { eyeDistance, place };
}

/** How far the band goes beyond the middle between the eyes: over the temples. */
const BAND_REACH = 1.4;

/**
 * A band over the eyes.
 * @param points landmarks in pixels, [136].
 * @param half half its height in eye distances.
 */
export function bandRegion(points: Float32Array, half: number): Region {
  const { place } = axesOf(points);
  return (x, y) => {
    const [across, down] = place(x, y);
    return Math.abs(across) <= BAND_REACH && Math.abs(down) <= half;
  };
}

/** Radii of a lens, width of its rim, and half the height of the bridge, in eye distances: 50 × 40 mm at 63 mm. */
const LENS = { across: 0.4, down: 0.32, rim: 0.06, bridge: 0.04 };

/**
 * Glasses: two round lenses about the eyes, and their frame.
 * @param points landmarks in pixels, [136].
 */
export function glassesRegions(points: Float32Array): { readonly lenses: Region; readonly frame: Region } {
  const { place } = axesOf(points);
  /** From the centre of the nearer eye, which lies half an eye distance to the side. */
  const inLens = (x: number, y: number, rim: number) => {
    const [across, down] = place(x, y);
    return Math.hypot((Math.abs(across) - 0.5) / (LENS.across + rim), down / (LENS.down + rim)) <= 1;
  };
  const lenses: Region = (x, y) => inLens(x, y, 0);
  const onBridge: Region = (x, y) => {
    const [across, down] = place(x, y);
    return Math.abs(across) <= 0.5 && Math.abs(down) <= LENS.bridge;
  };
  return { lenses, frame: (x, y) => !lenses(x, y) && (inLens(x, y, LENS.rim) || onBridge(x, y)) };
}

/**
 * A mask over chin, mouth and nose: what lies inside the jaw line, as far up as it goes.
 * @param points landmarks in pixels, [136].
 * @param height how far it goes from the chin (0) to the root of the nose (1).
 */
export function maskRegion(points: Float32Array, height: number): Region {
  const { place } = axesOf(points);
  const downOf = ([x, y]: Point) => place(x, y)[1];
  const [chin, root] = [downOf(centreOf(points, 8)), downOf(centreOf(points, 27))];
  const edge = chin + height * (root - chin);
  const jaw = Array.from({ length: 17 }, (_, point) => centreOf(points, point));
  return (x, y) => place(x, y)[1] >= edge && isInside(jaw, x, y);
}

/** Whether a point lies in a polygon: a line from it to the right crosses the outline an odd number of times. */
function isInside(outline: readonly Point[], x: number, y: number): boolean {
  let inside = false;
  for (const [i, [x1, y1]] of outline.entries()) {
    const [x2, y2] = outline[(i + 1) % outline.length];
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) * (x2 - x1)) / (y2 - y1)) inside = !inside;
  }
  return inside;
}

/**
 * Lays a tone over the pixels whose centres a region covers.
 * @param face grey values 0..255, [side, side].
 * @param opacity 0 leaves the face as it is, 1 hides it.
 */
export function cover(face: Uint8Array, side: number, region: Region, tone: number, opacity = 1): Uint8Array {
  return face.map((grey, at) => {
    const covered = region((at % side) + 0.5, Math.floor(at / side) + 0.5);
    return covered ? Math.round(grey + opacity * (tone - grey)) : grey;
  });
}
