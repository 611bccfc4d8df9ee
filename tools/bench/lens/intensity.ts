import { EMOTIONS } from '../../../ml/core/emotions.ts';
import { UserError } from '../../../ml/core/errors.ts';
import { type CkImage, CONTEMPT, isCropped, listCropped } from '../../../ml/data/ckplus/images.ts';
import { decodeFace } from '../../../ml/data/folders.ts';
import { BadRows } from '../../../ml/data/loaded.ts';
import { formatTable, percent } from '../../../ml/evaluate/evaluation.ts';
import type { Predictor } from '../../../ml/runtime/predictor.ts';
import { answerAt, FRAMES_PER_SECOND, trackerWith } from './tracker.ts';

/** Pictures of a sequence, in which its expression grows. */
const FRAMES = 3;
/** For which each picture is held: longer than the detector holds a decision and settles. */
const SECONDS = 1.5;
/** Smaller differences of an intensity are none that anybody sees. */
const VISIBLE = 0.05;

/**
 * Whether the lens's intensity grows with the strength of an expression: shows the last three frames of each sequence of CK+48 one
 * after the other, and measures the intensity of the labelled expression, 0 while another one is shown.
 * @returns a table by expression.
 * @throws UserError if the folder does not hold CK+48.
 */
export async function measureIntensity(root: string, predictor: Predictor): Promise<string> {
  if (!(await isCropped(root)))
    throw new UserError(`--ckplus ${root}: found no pictures named like those of CK+; expected the folder of CK+48`);
  const sequences = sequencesOf(await listCropped(root, new BadRows(false)));
  const faces = await Promise.all(sequences.flat().map(({ path }) => decodeFace(path)));
  const broken = faces.find((face) => typeof face === 'string');
  if (broken !== undefined) throw new UserError(`--ckplus ${root}: ${broken}`);
  const answers = await predictor.predict({ count: faces.length, at: (place) => faces[place] as Uint8Array });
  const grown = sequences.map(([{ label }], i) => ({
    label,
    intensities: show(answers.subarray(i * FRAMES * EMOTIONS.length, (i + 1) * FRAMES * EMOTIONS.length), label),
  }));
  const rowOf = (name: string, rows: typeof grown) => {
    const growth = rows.map(({ intensities }) => intensities[FRAMES - 1] - intensities[0]);
    const share = (is: (growth: number) => boolean) => percent(growth.filter(is).length / rows.length, 0);
    const mean = (frame: number) =>
      (rows.reduce((sum, { intensities }) => sum + intensities[frame], 0) / rows.length).toFixed(2);
    return [
      name,
      String(rows.length),
      ...Array.from({ length: FRAMES }, (_, frame) => mean(frame)),
      share((by) => by > VISIBLE),
      share((by) => Math.abs(by) <= VISIBLE),
      share((by) => by < -VISIBLE),
    ];
  };
  const table = [
    ['expression', 'sequences', 'frame 1', 'frame 2', 'frame 3', 'rises', 'stays', 'falls'],
    rowOf('all', grown),
    ...EMOTIONS.flatMap((emotion, label) => {
      const own = grown.filter((one) => one.label === label);
      return own.length > 0 ? [rowOf(emotion, own)] : [];
    }),
  ];
  return `intensity of the labelled expression over the last frames of CK+48's sequences (mean; by more than ${VISIBLE} from the first to the last):\n${formatTable(table, 1)}`;
}

/** The sequences of expressions that the model knows, each in the order of its frames. */
function sequencesOf(images: readonly CkImage[]): CkImage[][] {
  const found = new Map<string, CkImage[]>();
  for (const image of images)
    if (image.label !== CONTEMPT) found.set(image.sequence, [...(found.get(image.sequence) ?? []), image]);
  // Within a class pictures are listed by name, which ends with the number of the frame.
  return [...found.values()].filter((sequence) => sequence.length === FRAMES);
}

function show(answers: Float32Array, label: number): number[] {
  const tracker = trackerWith();
  return Array.from({ length: FRAMES }, (_, frame) => {
    for (let i = 0; i < SECONDS * FRAMES_PER_SECOND; i++) {
      tracker.observe(answerAt(answers, frame));
      tracker.update(1 / FRAMES_PER_SECOND);
    }
    return tracker.emotion === label ? tracker.intensity : 0;
  });
}
