/** How a face is framed otherwise than FER2013 frames it. */
export interface Crop {
  /** Above 1 the crop is tighter and the face larger, below 1 wider; 1 if left out. */
  readonly zoom?: number;
  /** How far the face moves to the right and down, as fractions of the picture's side. */
  readonly right?: number;
  readonly down?: number;
  /** How far the face turns clockwise, in degrees. */
  readonly roll?: number;
  /** Left and right swapped. */
  readonly mirrored?: boolean;
}

/**
 * Reframes faces, sampling bilinearly; beyond the border the edge pixels go on.
 * @param faces grey values, [n, side, side].
 * @returns as many; the same values if the crop changes nothing.
 */
export function cropFaces(faces: Uint8Array, side: number, crop: Crop): Uint8Array {
  const { zoom = 1, right = 0, down = 0, roll = 0, mirrored = false } = crop;
  const cos = Math.cos((roll * Math.PI) / 180) / zoom;
  const sin = Math.sin((roll * Math.PI) / 180) / zoom;
  const out = new Uint8Array(faces.length);
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < side; column++) {
      const x = (mirrored ? -1 : 1) * (column + 0.5 - side / 2) - right * side;
      const y = row + 0.5 - side / 2 - down * side;
      const across = tapsAt(cos * x + sin * y, side);
      const along = tapsAt(cos * y - sin * x, side);
      for (let face = 0; face < faces.length; face += side ** 2) {
        const at = (line: number, place: number) => faces[face + line * side + place];
        const upper = mix(at(along.first, across.first), at(along.first, across.second), across.share);
        const lower = mix(at(along.second, across.first), at(along.second, across.second), across.share);
        out[face + row * side + column] = Math.round(mix(upper, lower, along.share));
      }
    }
  }
  return out;
}

const mix = (a: number, b: number, share: number) => a + share * (b - a);

/** The two pixels about a place on a line, counted from the picture's middle, and the share of the second. */
function tapsAt(fromMiddle: number, side: number) {
  const last = side - 1;
  const place = Math.min(last, Math.max(0, fromMiddle + side / 2 - 0.5));
  const first = Math.floor(place);
  return { first, second: Math.min(last, first + 1), share: place - first };
}
