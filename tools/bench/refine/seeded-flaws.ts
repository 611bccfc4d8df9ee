import { EMOTIONS } from '../../../ml/core/emotions.ts';
import { Random } from '../../../ml/core/random.ts';
import { type FaceDataset, faceAt, indicesOf } from '../../../ml/data/dataset.ts';
import { protocolLabels } from '../../../ml/data/labels.ts';
import { generateFaces } from '../../../ml/data/synthetic/generate.ts';
import { findConstants } from '../../../ml/refine/constants.ts';
import { findDrawings } from '../../../ml/refine/drawings.ts';
import { findDuplicates } from '../../../ml/refine/duplicates.ts';
import { findVotedLabels } from '../../../ml/refine/votes.ts';
import { compare } from './known-flaws.ts';

const SEEDED = 200;
/** Grey levels of noise on a blank image. */
const NOISE = 3;

/** Puts flaws into a copy of the data set and measures what is found of them. */
export function measureSeededFlaws(original: FaceDataset): string[] {
  const random = new Random(1);
  const dataset = { ...original, pixels: original.pixels.slice(), labels: original.labels.slice() };
  const { labels: majority } = protocolLabels('ferplus-majority', original);
  // Where label and votes agree, so that the seeded label alone is wrong.
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
