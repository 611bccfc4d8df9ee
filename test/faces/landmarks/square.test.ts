import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isFaceShape } from '../../../ml/core/landmarks68.ts';
import { resizeBilinear } from '../../../ml/data/resize.ts';
import { placeOf, pointsInPicture, sampleSquare } from '../../../ml/faces/landmarks/square.ts';
import { samplePicture } from '../../../ml/faces/picture.ts';
import { drawnPoints } from './drawn.ts';

const SIZE = 12;
const picture = Uint8Array.from({ length: SIZE * SIZE }, (_, i) => (i * 37) % 251);

test('the whole picture as a square is the picture made larger', () => {
  const [ours, theirs] = [new Float32Array(28 * 28), new Float32Array(28 * 28)];
  sampleSquare(picture, SIZE, { x: 6, y: 6, half: 6, roll: 0 }, 28, ours);
  resizeBilinear(picture, SIZE, 28, theirs);
  for (const [i, value] of ours.entries()) expect(value).toBeCloseTo(theirs[i], 3);
});

test('any square of a grey picture shows what the preview would show the network of it', () => {
  const side = 24;
  const colours = Uint8Array.from({ length: 4 * SIZE * SIZE }, (_, i) => picture[Math.floor(i / 4)]);
  const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
  // Larger squares would be made smaller, where the preview averages.
  const square = fc.record({ x: number(-5, 17), y: number(-5, 17), half: number(1, 11), roll: number(-4, 4) });
  fc.assert(
    fc.property(square, (place) => {
      const [ours, theirs] = [new Float32Array(side * side), new Float32Array(3 * side * side)];
      sampleSquare(picture, SIZE, place, side, ours);
      const view = { square: placeOf(place), width: side, height: side };
      samplePicture({ data: colours, width: SIZE, height: SIZE }, view, theirs);
      for (const [i, value] of ours.entries()) expect(Math.abs(value - theirs[3 * i])).toBeLessThan(0.02);
    }),
  );
});

test('the corners of a square are the corners of the answer', () => {
  const answer = new Float32Array(136);
  answer.set([0, 0, 1, 0, 1, 1, 0.5, 0.5]);
  const points = pointsInPicture(answer, { x: 50, y: 60, half: 10, roll: Math.PI / 2 });
  // A quarter turn clockwise takes the top left corner to the top right.
  expect([...points.subarray(0, 8)].map(Math.round)).toEqual([60, 50, 60, 70, 40, 70, 50, 60]);
});

test('a face has its shape however it is moved, turned and scaled, and loses it with its eyes in one place', () => {
  const face = drawnPoints(3, 1, 1);
  fc.assert(
    fc.property(
      fc.double({ min: -3, max: 3, noNaN: true }),
      fc.double({ min: 0.1, max: 9, noNaN: true }),
      (roll, scale) => {
        const [cos, sin] = [scale * Math.cos(roll), scale * Math.sin(roll)];
        const turned = face.map((value, i) =>
          i % 2 === 0 ? cos * value - sin * face[i + 1] + 7 : sin * face[i - 1] + cos * value - 3,
        );
        expect(isFaceShape(turned)).toBe(true);
        // Upside down by its points' own order: left and right eye in each other's place.
        const swapped = turned.slice();
        swapped.set(turned.subarray(72, 84), 84);
        swapped.set(turned.subarray(84, 96), 72);
        expect(isFaceShape(swapped)).toBe(false);
      },
    ),
  );
  const oneEye = face.slice();
  oneEye.copyWithin(84, 72, 84);
  expect(isFaceShape(oneEye)).toBe(false);
  expect(isFaceShape(new Float32Array(136))).toBe(false);
  expect(isFaceShape(new Float32Array(136).fill(Number.NaN))).toBe(false);
});
