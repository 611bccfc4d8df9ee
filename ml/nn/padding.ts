/**
 * TensorFlow's SAME padding: the output has ⌈side/stride⌉ pixels, and of an odd number of padding pixels the one
 * more lies at the end, so that an even side at stride 2 is padded at the bottom and the right alone.
 */
export function samePadding(
  side: number,
  kernel: number,
  stride: number,
): { outSide: number; begin: number; end: number } {
  const outSide = Math.ceil(side / stride);
  const total = Math.max((outSide - 1) * stride + kernel - side, 0);
  const begin = Math.floor(total / 2);
  return { outSide, begin, end: total - begin };
}
