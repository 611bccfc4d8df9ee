import { EMOTIONS } from '../../../ml/core/emotions.ts';
import { Random } from '../../../ml/core/random.ts';
import { type FaceDataset, FERPLUS_CLASSES, faceAt, indicesOf } from '../../../ml/data/dataset.ts';
import { protocolLabels } from '../../../ml/data/labels.ts';
import { generateFaces } from '../../../ml/data/synthetic/generate.ts';
import rows from '../../../ml/refine/drawing-rows.json' with { type: 'json' };
import { findDuplicates } from '../../../ml/refine/duplicates.ts';
import { findConstants, findDrawings, findNotFaces, findVotedLabels } from '../../../ml/refine/finders.ts';
import type { Suspect } from '../../../ml/refine/suspects.ts';

const NOT_A_FACE = FERPLUS_CLASSES.indexOf('NF');

/** What the finders find of the flaws that are known of FER2013, all splits together. */
export function measureKnownFlaws(dataset: FaceDataset): string[] {
  const faces = [...dataset.rows.keys()];
  const notFaces = faces.filter((face) => dataset.votes?.[face * FERPLUS_CLASSES.length + NOT_A_FACE] === 10);
  const constants = faces.filter((face) => faceAt(dataset, face).every((value, _, all) => value === all[0]));
  const blank = findConstants(dataset);
  const drawings = findDrawings(dataset);
  const copies = findDuplicates(dataset, new Set(blank.map(({ face }) => face)));
  const left = twinsLeft(dataset, new Set([...dropped(blank), ...dropped(copies)]));
  return [
    'known flaws, all splits:',
    compare('constant images, by the grey values', constants, dropped(blank)),
    compare('all ten voters "not a face", by the votes', notFaces, dropped(findNotFaces(dataset))),
    compare('all ten voters "not a face", by the image', notFaces, dropped([...blank, ...drawings])),
    compare('texts among training rows, by the image', rows.texts, dropped([...blank, ...drawings]), false),
    compare('texts among training rows, with suspects', rows.texts, all([...blank, ...drawings]), false),
    `  training faces with a twin to the pixel in a test split or before them: ${twinsLeft(dataset, dropped(blank))}, kept of them: ${left}`,
  ];
}

/** How many training faces that are not dropped have the pixels of a test face or of an earlier one. */
function twinsLeft(dataset: FaceDataset, dropped: ReadonlySet<number>): number {
  const isTraining = (face: number) => Number(dataset.splits[face] === 0);
  const seen = new Set<string>();
  let twins = 0;
  const order = [...dataset.rows.keys()].filter((face) => !isTraining(face) || !dropped.has(face));
  for (const face of order.sort((a, b) => isTraining(a) - isTraining(b) || a - b)) {
    const key = Buffer.from(faceAt(dataset, face)).toString('latin1');
    if (seen.has(key) && isTraining(face)) twins++;
    seen.add(key);
  }
  return twins;
}

const dropped = (suspects: readonly Suspect[]) => all(suspects.filter(({ action }) => action === 'drop'));
const all = (suspects: readonly Suspect[]) => new Set(suspects.map(({ face }) => face));

/** @param exact whether what is found beyond the known is wrong, so that there is a precision. */
export function compare(what: string, known: readonly number[], found: ReadonlySet<number>, exact = true): string {
  const right = known.filter((face) => found.has(face)).length;
  const precision = exact ? `, precision ${percent(right, found.size)} of ${found.size}` : '';
  return `  ${what}: recall ${percent(right, known.length)} of ${known.length}${precision}`;
}

export function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${((100 * part) / whole).toFixed(1)} %`;
}

const SEEDED = 200;
/** Grey levels of noise on a blank image. */
const NOISE = 3;

/** Puts flaws into a copy of the data set and measures what is found of them. */
export function measureSeededFlaws(original: FaceDataset): string[] {
  const random = new Random(1);
  const dataset = { ...original, pixels: original.pixels.slice(), labels: original.labels.slice() };
  const { labels: majority } = protocolLabels('ferplus-majority', original);
  // Where label and votes agree, so that only the seeded label is wrong.
  const good = [...indicesOf(original, 'Training')].filter((face) => majority[face] === original.labels[face]);
  random.shuffle(good);
  const take = () => good.splice(0, SEEDED).sort((a, b) => a - b);
  const [blank, drawn, copied, shuffled] = [take(), take(), take(), take()];
  for (const face of blank) {
    const grey = random.integer(256);
    faceAt(dataset, face).forEach((_, i, pixels) => {
      pixels[i] = Math.max(0, Math.min(255, Math.round(random.normal(grey, NOISE))));
    });
  }
  const drawings = generateFaces({ count: SEEDED, seed: 1 });
  for (const [i, face] of drawn.entries()) faceAt(dataset, face).set(faceAt(drawings, i));
  // A copy one pixel aside, darker and with noise.
  for (const [i, face] of copied.entries()) {
    const source = faceAt(original, good[i]);
    faceAt(dataset, face).forEach((_, at, pixels) => {
      pixels[at] = Math.max(0, Math.min(255, Math.round(random.normal(0.9 * source[Math.max(0, at - 1)], 2))));
    });
  }
  for (const face of shuffled) dataset.labels[face] = (dataset.labels[face] + 1 + random.integer(6)) % EMOTIONS.length;

  const constants = findConstants(dataset);
  const foundDrawings = findDrawings(dataset);
  const copies = findDuplicates(dataset, new Set(constants.map(({ face }) => face)));
  const copiedPairs = new Set(copies.filter(({ action }) => action === 'drop').map(({ face }) => face));
  const copyFound = copied.filter((face, i) => copiedPairs.has(face) || copiedPairs.has(good[i]));
  const found = (suspects: readonly { readonly face: number }[]) => new Set(suspects.map(({ face }) => face));
  return [
    `seeded flaws, ${SEEDED} each:`,
    compare('blank images with noise', blank, found(constants), false),
    compare(
      'drawn faces of the generator, dropped',
      drawn,
      found(foundDrawings.filter(({ action }) => action === 'drop')),
      false,
    ),
    compare('drawn faces of the generator, suspected', drawn, found(foundDrawings), false),
    compare('shifted, darker, noisy copies', copied, new Set(copyFound), false),
    compare(
      'shuffled labels, moved by the votes',
      shuffled,
      found(findVotedLabels(dataset).filter(({ action }) => action === 'move')),
      false,
    ),
    compare('shuffled labels, suspected by the votes', shuffled, found(findVotedLabels(dataset)), false),
  ];
}
