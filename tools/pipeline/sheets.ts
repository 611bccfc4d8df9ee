import type { Config } from '../../ml/config/schema.ts';
import { Random } from '../../ml/core/random.ts';
import {
  classesOf,
  FACE_SIZE,
  type FaceDataset,
  faceAt,
  facesOf,
  indicesOf,
  type UpscaledFaces,
} from '../../ml/data/dataset.ts';
import { resizeBilinear } from '../../ml/data/resize.ts';
import type { Tile } from '../../ml/evaluate/contact-sheet.ts';
import { SHEET_COLUMNS } from '../../ml/evaluate/report/html.ts';
import { toByte } from '../../ml/superres/plane.ts';
import { resizeBicubic } from '../../ml/superres/resize.ts';
import { augmentFace, drawAugmentation, Mixup } from '../../ml/train/augment.ts';

/** A contact sheet to draw. */
export interface SheetImages {
  readonly path: string;
  /** Of the choice of the faces. */
  readonly seed: number;
}

/** The sheet of {@link upscaleTiles}: two faces in a row, each three times. */
export const UPSCALE_SHEET = { columns: 6, tileSize: 160 } as const;
const UPSCALE_FACES = 12;

/** Training faces drawn at random, a row for each expression. */
export function faceTiles(dataset: FaceDataset, seed: number): Tile[] {
  const names = classesOf(dataset);
  return facesByClass(dataset, seed).flatMap((faces, label) =>
    faces.slice(0, SHEET_COLUMNS).map((face) => tileOf(dataset, face, names[label])),
  );
}

/** One face of each expression, followed in its row by draws of the augmentation, mixup included. */
export function augmentationTiles(dataset: FaceDataset, config: Config): Tile[] {
  const { seed, augment, model } = config;
  const random = new Random(seed);
  const { size } = model;
  const shown = facesOf(dataset);
  const mixup = new Mixup(config, indicesOf(dataset, 'Training'), shown);
  const changed = new Float32Array(size * size);
  const draw = (face: number): Tile => {
    augmentFace(shown.at(face), drawAugmentation(augment, random), size, random, changed, 0, 1);
    mixup.lay(face, random, changed, 0, 1);
    return { pixels: Uint8Array.from(changed, (value) => Math.round((value + 1) * 127.5)), size };
  };
  return facesByClass(dataset, seed).flatMap(([face], label) =>
    face === undefined
      ? []
      : [
          tileOf(dataset, face, classesOf(dataset)[label]),
          ...Array.from({ length: SHEET_COLUMNS - 1 }, () => draw(face)),
        ],
  );
}

/**
 * Random faces, upscaled bilinearly, bicubically and by a network.
 * @param faces positions to choose from.
 */
export function upscaleTiles(
  dataset: FaceDataset,
  upscaled: Pick<UpscaledFaces, 'size' | 'read'>,
  faces: Uint32Array,
  seed: number,
): Tile[] {
  const { size } = upscaled;
  const chosen = new Random(seed).shuffle([...faces]).slice(0, UPSCALE_FACES);
  return chosen.flatMap((face) => {
    const small = faceAt(dataset, face);
    const bilinear = new Float32Array(size * size);
    resizeBilinear(small, FACE_SIZE, size, bilinear);
    const plane = { width: FACE_SIZE, height: FACE_SIZE, values: Float32Array.from(small) };
    const bicubic = resizeBicubic(plane, size, size).values;
    const edsr = new Uint8Array(size * size);
    upscaled.read(face, edsr);
    return [
      { pixels: Uint8Array.from(bilinear, Math.round), size, caption: 'bilinear' },
      { pixels: Uint8Array.from(bicubic, toByte), size, caption: 'bicubic' },
      { pixels: edsr, size, caption: 'EDSR' },
    ];
  });
}

function tileOf(dataset: FaceDataset, face: number, caption: string): Tile {
  return { pixels: faceAt(dataset, face), size: FACE_SIZE, caption };
}

/** Positions of the training faces of each class, shuffled. */
function facesByClass(dataset: FaceDataset, seed: number): number[][] {
  const faces = new Random(seed).shuffle([...indicesOf(dataset, 'Training')]);
  return classesOf(dataset).map((_, label) => faces.filter((face) => dataset.labels[face] === label));
}
