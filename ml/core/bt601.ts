/** ITU-R BT.601 luma: the weights of red, green and blue by which FER2013's pictures and OpenCV make a colour grey. */
export const LUMA = [0.299, 0.587, 0.114] as const;

/**
 * Weights of red, green and blue, 0..1, and offset of Y, Cb and Cr in MATLAB's `rgb2ycbcr`, in which super-resolution is
 * measured (BT.601 with head room): black is Y = 16, white 235, and a grey has Cb = Cr = 128.
 */
export const TO_YCBCR = [
  [65.481, 128.553, 24.966, 16],
  [-37.797, -74.203, 112, 128],
  [112, -93.786, -18.214, 128],
] as const;
const BLACK = 16;
const RANGE = 219;
const CHROMA_RANGE = 224;

/** The luma of a grey value 0..255, as of a picture whose three channels have it. */
export const lumaOfGrey = (grey: number) => BLACK + (RANGE / 255) * grey;
/** The inverse of {@link lumaOfGrey}. */
export const greyOfLuma = (luma: number) => ((luma - BLACK) * 255) / RANGE;

/** Red, green and blue of Y, Cb and Cr, 0..255 but neither rounded nor clipped. */
export function rgbOf(luma: number, cb: number, cr: number): readonly [red: number, green: number, blue: number] {
  const grey = greyOfLuma(luma);
  const b = (cb - 128) / CHROMA_RANGE;
  const r = (cr - 128) / CHROMA_RANGE;
  // 1.402 and 1.772 are twice what the weights of red and of blue leave of 1.
  const green = grey - (255 * (LUMA[0] * 1.402 * r + LUMA[2] * 1.772 * b)) / LUMA[1];
  return [grey + 255 * 1.402 * r, green, grey + 255 * 1.772 * b];
}
