import type { Config } from '../../ml/config/schema.ts';
import { EMOTIONS } from '../../ml/core/emotions.ts';
import { Random } from '../../ml/core/random.ts';
import { FACE_SIZE, type FaceDataset, faceAt, facesOf, indicesOf } from '../../ml/data/dataset.ts';
import type { Tile } from '../../ml/evaluate/contact-sheet.ts';
import { SHEET_COLUMNS } from '../../ml/evaluate/report/figures.ts';
import { augmentFace, drawAugmentation } from '../../ml/train/augment.ts';

/** Training faces drawn at random, a row for each expression. */
export function faceTiles(dataset: FaceDataset, seed: number): Tile[] {
  return facesByClass(dataset, seed).flatMap((faces, label) =>
    faces.slice(0, SHEET_COLUMNS).map((face) => tileOf(dataset, face, EMOTIONS[label])),
  );
}

/** One face of each expression, followed in its row by draws of the augmentation. */
export function augmentationTiles(dataset: FaceDataset, { seed, augment, model }: Config): Tile[] {
  const random = new Random(seed);
  const { size } = model;
  const shown = facesOf(dataset);
  const changed = new Float32Array(size * size);
  const draw = (face: number): Tile => {
    augmentFace(shown.at(face), drawAugmentation(augment, random), size, random, changed, 0, 1);
    return { pixels: Uint8Array.from(changed, (value) => Math.round((value + 1) * 127.5)), size };
  };
  return facesByClass(dataset, seed).flatMap(([face], label) =>
    face === undefined
      ? []
      : [tileOf(dataset, face, EMOTIONS[label]), ...Array.from({ length: SHEET_COLUMNS - 1 }, () => draw(face))],
  );
}

function tileOf(dataset: FaceDataset, face: number, caption: string): Tile {
  return { pixels: faceAt(dataset, face), size: FACE_SIZE, caption };
}

/** Positions of the training faces of each class, shuffled. */
function facesByClass(dataset: FaceDataset, seed: number): number[][] {
  const faces = new Random(seed).shuffle([...indicesOf(dataset, 'Training')]);
  return EMOTIONS.map((_, label) => faces.filter((face) => dataset.labels[face] === label));
}
