/** A face of 48×48 grey values at another size, from the definition of half-pixel centres: [side, side] in [−1, 1]. */
export function scaledFace(face: Uint8Array, side: number): number[] {
  const grey = (row: number, column: number) =>
    face[Math.min(47, Math.max(0, row)) * 48 + Math.min(47, Math.max(0, column))];
  return Array.from({ length: side * side }, (_, pixel) => {
    const y = ((Math.floor(pixel / side) + 0.5) * 48) / side - 0.5;
    const x = (((pixel % side) + 0.5) * 48) / side - 0.5;
    let value = 0;
    for (const [i, j] of [0, 1, 2, 3].map((n) => [Math.floor(y) + (n >> 1), Math.floor(x) + (n & 1)]))
      value += grey(i, j) * (1 - Math.abs(y - i)) * (1 - Math.abs(x - j));
    return value / 127.5 - 1;
  });
}
