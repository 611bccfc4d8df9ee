import { expect, it } from 'vitest';
import { grouped } from '../../tools/simulator/grouped.ts';

const unknown = (type: string, object: string) =>
  `the simulator does not support the component ${type} on the object "${object}"; it is left out`;
const missing = (path: string) => `${path}.meta: its file ${path} is missing; it is left out`;

it('tells a kind in one line: its first message, how many more there are, and some names', () => {
  const cubes = Array.from({ length: 120 }, (_, i) => unknown('RenderMeshVisual', `Cube ${i}`));
  const lines = grouped([
    ...cubes,
    missing('Assets/My Sounds/Happy.wav'),
    unknown('Image', 'Poster'),
    missing('Assets/Sad one.wav'),
    'the scene is empty',
  ]);
  expect(lines).toEqual([
    `${cubes[0]} (and 120 more like it: "Cube 1", "Cube 2", "Cube 3", "Cube 4", "Cube 5", …)`,
    `${missing('Assets/My Sounds/Happy.wav')} (and 1 more like it: Assets/Sad one.wav.meta Assets/Sad one.wav)`,
    'the scene is empty',
  ]);
});

it('leaves alone what is of different kinds, and counts what is said twice', () => {
  const different = [unknown('Image', 'A'), 'a script on the object "A" is left out: it has no script asset'];
  expect(grouped(different)).toEqual(different);
  expect(grouped(['x', 'x'])).toEqual(['x (and 1 more like it)']);
  expect(grouped([])).toEqual([]);
});
