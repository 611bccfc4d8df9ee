import { type Picture, type Plane, plane, toByte } from './plane.ts';

/**
 * YCbCr as MATLAB's `rgb2ycbcr` has it, which super-resolution is measured in (ITU-R BT.601 with head room): black is
 * Y = 16, white 235, and a grey has Cb = Cr = 128.
 */
const TO_YCBCR = [
  [65.481, 128.553, 24.966, 16],
  [-37.797, -74.203, 112, 128],
  [112, -93.786, -18.214, 128],
] as const;
const BLACK = 16;
const RANGE = 219;

/** Channel 0 (Y), 1 (Cb) or 2 (Cr) of a picture, not rounded. */
function channelOf({ width, height, values }: Picture, channel: 0 | 1 | 2): Plane {
  const [red, green, blue, offset] = TO_YCBCR[channel];
  const result = plane(width, height);
  for (let i = 0, at = 0; i < result.values.length; i++, at += 3) {
    result.values[i] = offset + (red * values[at] + green * values[at + 1] + blue * values[at + 2]) / 255;
  }
  return result;
}

/** The luma Y of a picture, 16..235. */
export const lumaOf = (picture: Picture) => channelOf(picture, 0);

export const chromaOf = (picture: Picture): readonly [cb: Plane, cr: Plane] => [
  channelOf(picture, 1),
  channelOf(picture, 2),
];

/** The luma of a grey value 0..255, as of a picture whose three channels have it. */
export const lumaOfGrey = (grey: number) => BLACK + (RANGE / 255) * grey;
/** The way back. */
export const greyOfLuma = (luma: number) => ((luma - BLACK) * 255) / RANGE;

/** The picture of these channels, rounded and clipped to bytes. */
export function pictureOf(luma: Plane, [cb, cr]: readonly [cb: Plane, cr: Plane]): Picture {
  const { width, height } = luma;
  const values = new Uint8Array(3 * width * height);
  for (let i = 0, at = 0; i < luma.values.length; i++, at += 3) {
    const grey = greyOfLuma(luma.values[i]);
    const b = (cb.values[i] - 128) / 224;
    const r = (cr.values[i] - 128) / 224;
    // The coefficients of the inverse follow from BT.601's weights of red (0.299) and blue (0.114).
    values[at] = toByte(grey + 255 * 1.402 * r);
    values[at + 1] = toByte(grey - (255 * (0.299 * 1.402 * r + 0.114 * 1.772 * b)) / 0.587);
    values[at + 2] = toByte(grey + 255 * 1.772 * b);
  }
  return { width, height, values };
}
