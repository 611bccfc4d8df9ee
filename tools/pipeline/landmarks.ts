import { ConfigSchema } from '../../ml/config/schema.ts';
import { writeAtomic } from '../../ml/core/files.ts';
import type { Reporter } from '../../ml/core/progress.ts';
import { Random } from '../../ml/core/random.ts';
import { FACE_SIZE, type FaceDataset, faceAt } from '../../ml/data/dataset.ts';
import { readFaces } from '../../ml/data/load.ts';
import { contactSheet, type Tile } from '../../ml/evaluate/contact-sheet.ts';
import { describeOutcomes, type ExtractedLandmarks, extractLandmarks } from '../../ml/faces/landmarks/extract.ts';
import { findFace } from './load-tools.ts';
import type { SheetImages } from './sheets.ts';

export interface LandmarkOptions {
  readonly source: string;
  readonly cache?: string;
  readonly skipBadRows?: boolean;
  /** Of faces with their points. */
  readonly sheet?: SheetImages;
}

/**
 * Finds the landmarks of every face of a data set, into the cache, those too that training would leave out.
 * @throws UserError for whatever is wrong with the source, or if the sheet cannot be written.
 */
export async function landmarksOfDataset(
  { sheet, ...data }: LandmarkOptions,
  reporter: Reporter,
  signal: AbortSignal,
): Promise<ExtractedLandmarks> {
  const config = ConfigSchema.parse({ data });
  const { dataset } = (await readFaces(config.data, config.seed, reporter, { find: findFace })).loaded;
  const extracted = await extractLandmarks(dataset, config.data.cache, reporter, signal);
  if (sheet && extracted.completed) await writeSheet(sheet, dataset, extracted);
  return extracted;
}

const COLUMNS = 8;
const TILE_SIZE = 144;
/** Most faces on a sheet: those whose points were found, and those whose points were not. */
const SHOWN = { found: 6 * COLUMNS, failed: 4 * COLUMNS };

async function writeSheet({ path, seed }: SheetImages, dataset: FaceDataset, { faces }: ExtractedLandmarks) {
  const tiles = landmarkTiles(dataset, faces, seed);
  const title = `${dataset.source}: landmarks ${describeOutcomes(faces)}`;
  await writeAtomic(path, await contactSheet(tiles, { columns: COLUMNS, tileSize: TILE_SIZE, title }));
}

/** Faces drawn at random: first some with the points that were found, then some without, with the reason. */
function landmarkTiles(dataset: FaceDataset, faces: ExtractedLandmarks['faces'], seed: number): Tile[] {
  const order = new Random(seed).shuffle([...faces.keys()]);
  const isFound = (face: number) => faces[face]?.outcome === 'found';
  const found = order.filter(isFound).slice(0, SHOWN.found);
  const failed = order.filter((face) => !isFound(face)).slice(0, SHOWN.failed);
  const tile = (face: number): Tile => ({ pixels: faceAt(dataset, face), size: FACE_SIZE });
  return [
    ...found.map(
      (face): Tile => ({ ...tile(face), caption: `row ${dataset.rows[face]}`, points: faces[face]?.points }),
    ),
    ...failed.map((face): Tile => ({ ...tile(face), caption: faces[face]?.outcome, tone: 'bad' })),
  ];
}
