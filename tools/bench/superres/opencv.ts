import type { Pair } from '../../../ml/superres/evaluate.ts';
import { cropToMultiple, lumaOf, type Picture, type Plane, plane, toByte } from '../../../ml/superres/plane.ts';

/** The kernel of OpenCV's INTER_CUBIC: Keys' with a = −¾. */
function cubic(distance: number): number {
  const x = Math.abs(distance);
  if (x <= 1) return (1.25 * x - 2.25) * x * x + 1;
  return x < 2 ? ((-0.75 * x + 3.75) * x - 6) * x + 3 : 0;
}

/**
 * A pair whose small picture is made as OpenCV's `resize` with INTER_CUBIC does: from the nearest 4×4 pixels, without
 * antialiasing, whatever the factor. The published weights of FSRCNN, ESPCN and LapSRN were trained on such pictures.
 */
export function openCvPair(picture: Picture, scale: number): Pair {
  const truth = lumaOf(cropToMultiple(picture, scale));
  return { small: shrink(truth, scale), truth };
}

function shrink(source: Plane, scale: number): Plane {
  const small = plane(source.width / scale, source.height / scale);
  const within = (position: number, count: number) => Math.min(count - 1, Math.max(0, position));
  const taps = [-1, 0, 1, 2];
  // The factor is whole, so every pixel has the same phase.
  const centre = scale / 2 - 0.5;
  const first = Math.floor(centre);
  const weights = taps.map((tap) => cubic(centre - first - tap));
  for (let row = 0; row < small.height; row++) {
    for (let column = 0; column < small.width; column++) {
      let sum = 0;
      for (const [i, down] of taps.entries()) {
        const line = within(row * scale + first + down, source.height) * source.width;
        for (const [j, across] of taps.entries()) {
          sum += weights[i] * weights[j] * source.values[line + within(column * scale + first + across, source.width)];
        }
      }
      small.values[row * small.width + column] = toByte(sum);
    }
  }
  return small;
}
