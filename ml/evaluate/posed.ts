import { z } from 'zod';
import { EMOTIONS } from '../core/emotions.ts';
import { FACE_SIZE, type FaceDataset, type Faces, indicesOf, type PosedFaces } from '../data/dataset.ts';
import { protocolLabels } from '../data/labels.ts';
import { resizeToBytes } from '../data/resize.ts';
import { formatInterval, formatTable, percent, type SplitPredictions } from './evaluation.ts';
import { type Metrics, MetricsSchema, measure } from './metrics.ts';
import { ACTED_BIAS, biased, classShares, meanRecall, priorBias } from './prior.ts';

const share = z.number().min(0).max(1);
/** Half a step of an 8-bit output: of smaller probabilities nothing is known. */
const SMALLEST = 1 / 512;
/** Strengths of each bias that are measured. */
const STRENGTHS = {
  prior: [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.75],
  acted: [0, 0.25, 0.5, 0.75, 1, 1.25, 1.5],
} as const;
/** What is measured of personal calibration: its strengths, at these strengths of the bias for acted faces. */
const CALIBRATION = { strengths: [0, 0.15, 0.3, 0.5], acted: [0, 0.75, 1] } as const;

const BothSchema = z.strictObject({ accuracy: share, meanRecall: share });

const PointSchema = z.strictObject({
  /** What is added to the logits: the prior of the training taken back, or the bias for acted faces. */
  bias: z.enum(['prior', 'acted']),
  strength: z.number(),
  /** On PublicTest by the FER+ majority. */
  votes: BothSchema,
  /** On the posed faces as they are. */
  posed: BothSchema,
});
export type FrontPoint = z.infer<typeof PointSchema>;

/** How a model does on people who act expressions before a camera. */
export const PosedEvaluationSchema = z.strictObject({
  source: z.string(),
  people: z.number().int(),
  /** Side of the crops in pixels. */
  size: z.number().int(),
  /** `posed`: the crops as they are; `posed-soft`: with no more detail than 48 × 48 pixels. */
  results: z.array(
    z.strictObject({
      protocol: z.enum(['posed', 'posed-soft']),
      metrics: MetricsSchema,
      meanRecall: share,
      meanRecallInterval95: z.tuple([share, share]),
    }),
  ),
  /** Both accuracies over the strength of each bias; null without FER+ votes and training faces. */
  front: z.array(PointSchema).nullable(),
  /**
   * Accuracy where the person's neutral face of another session is known, by the share of its logits that is taken away;
   * null where no person has a neutral face in another session.
   */
  calibration: z
    .strictObject({
      faces: z.number().int(),
      points: z.array(z.strictObject({ acted: z.number(), strength: share, accuracy: share, meanRecall: share })),
    })
    .nullable(),
});
export type PosedEvaluation = z.infer<typeof PosedEvaluationSchema>;

/**
 * Measures a model on posed faces.
 * @param predict gives probabilities [n, 7].
 * @param found data set with FER+ votes, and what the model answered for its PublicTest; without votes there is no front.
 * @param found.acted strength of the bias for acted faces with which the results are measured; 0 if left out.
 * @param found.actedBias that bias, [7]; {@link ACTED_BIAS} if left out.
 */
export async function evaluatePosed(
  faces: PosedFaces,
  predict: (faces: Faces) => Promise<Float32Array>,
  found: {
    readonly dataset: FaceDataset;
    readonly predictions: readonly SplitPredictions[];
    readonly acted?: number;
    readonly actedBias?: readonly number[];
  },
): Promise<PosedEvaluation> {
  const { size, labels, source, subjects } = faces;
  const answers = await answerPosed(faces, predict);
  const sharp = answers.posed;
  const shares = sharesIn(found.dataset);
  const { acted = 0, actedBias = ACTED_BIAS } = found;
  return {
    source,
    people: new Set(subjects).size,
    size,
    results: scorePosed(answers, labels, acted, actedBias),
    front: shares ? frontOf(sharp, faces, found, { prior: priorBias(shares), acted: actedBias }) : null,
    calibration: calibrate(sharp, faces, actedBias),
  };
}

/** Probabilities of posed faces under both protocols, [n, 7] each. */
export type PosedAnswers = Readonly<Record<PosedEvaluation['results'][number]['protocol'], Float32Array>>;

/** Shows posed faces to a model, sharp and soft. @param predict gives probabilities [n, 7]. */
export async function answerPosed(
  { count, size, pixels }: PosedFaces,
  predict: (faces: Faces) => Promise<Float32Array>,
): Promise<PosedAnswers> {
  const at = (place: number) => pixels.subarray(place * size ** 2, (place + 1) * size ** 2);
  const scratch = new Float32Array(FACE_SIZE ** 2);
  return {
    posed: await predict({ count, at }),
    'posed-soft': await predict({ count, at: (place) => resizeToBytes(at(place), FACE_SIZE, scratch) }),
  };
}

/** Accuracy and mean recall under both protocols. @param acted strength of the bias for acted faces, which is `actedBias`, [7]. */
export function scorePosed(
  answers: PosedAnswers,
  labels: ArrayLike<number>,
  acted: number,
  actedBias: readonly number[],
): PosedEvaluation['results'] {
  return (['posed', 'posed-soft'] as const).map((protocol) => {
    const metrics = measure(biased(answers[protocol], actedBias, acted), labels);
    const recall = meanRecall(metrics);
    return { protocol, metrics, meanRecall: recall.share, meanRecallInterval95: recall.interval95 };
  });
}

const sharesOf = (metrics: Metrics) => ({ accuracy: metrics.accuracy, meanRecall: meanRecall(metrics).share });

/** The prior that networks of these data learn, if they have votes to tell it. */
function sharesIn(dataset: FaceDataset): Float64Array | undefined {
  return dataset.votes && indicesOf(dataset, 'Training').length > 0 ? classShares(dataset) : undefined;
}

function frontOf(
  posed: Float32Array,
  { labels }: PosedFaces,
  { dataset, predictions }: Parameters<typeof evaluatePosed>[2],
  biases: Readonly<Record<FrontPoint['bias'], ArrayLike<number>>>,
): PosedEvaluation['front'] {
  const answered = predictions.find(({ split }) => split === 'PublicTest');
  if (!answered) return null;
  const majority = protocolLabels('ferplus-majority', dataset).labels;
  const votes = Int16Array.from(answered.indices, (face) => majority[face]);
  return (['prior', 'acted'] as const).flatMap((bias) =>
    STRENGTHS[bias].map((strength) => ({
      bias,
      strength,
      votes: sharesOf(measure(biased(answered.probabilities, biases[bias], strength), votes)),
      posed: sharesOf(measure(biased(posed, biases[bias], strength), labels)),
    })),
  );
}

/**
 * What knowing a person's neutral face is worth: a share of its logits is taken from those of the person's faces of every
 * other session. Faces of people without a neutral face in another session are left out.
 */
function calibrate(
  probabilities: Float32Array,
  { labels, subjects, sessions }: PosedFaces,
  actedBias: readonly number[],
): PosedEvaluation['calibration'] {
  const neutral = EMOTIONS.indexOf('Neutral');
  const K = EMOTIONS.length;
  const reference = subjects.map((subject, face) =>
    subjects.findIndex((other, i) => other === subject && labels[i] === neutral && sessions[i] !== sessions[face]),
  );
  const kept = reference.flatMap((of, face) => (of < 0 ? [] : [face]));
  if (kept.length === 0) return null;
  const truth = kept.map((face) => labels[face]);
  const logit = (face: number, k: number) => Math.log(Math.max(probabilities[face * K + k], SMALLEST));
  const measureAt = (acted: number, strength: number) => {
    const calibrated = new Float32Array(kept.length * K);
    for (const [row, face] of kept.entries()) {
      const odds = EMOTIONS.map((_, k) => Math.exp(logit(face, k) - strength * logit(reference[face], k)));
      const sum = odds.reduce((a, b) => a + b);
      calibrated.set(
        odds.map((value) => value / sum),
        row * K,
      );
    }
    return { acted, strength, ...sharesOf(measure(biased(calibrated, actedBias, acted), truth)) };
  };
  return {
    faces: kept.length,
    points: CALIBRATION.acted.flatMap((acted) => CALIBRATION.strengths.map((strength) => measureAt(acted, strength))),
  };
}

/** Tables of a posed evaluation for the terminal. */
export function formatPosed({ source, people, size, results, front, calibration }: PosedEvaluation): string {
  const measured = formatTable(
    [
      ['protocol', 'n', 'accuracy', '95 % interval', 'mean recall', '95 % interval'],
      ...results.map(({ protocol, metrics, meanRecall: recall, meanRecallInterval95 }) => [
        protocol,
        String(metrics.count),
        percent(metrics.accuracy),
        formatInterval(metrics.accuracyInterval95),
        percent(recall),
        formatInterval(meanRecallInterval95),
      ]),
    ],
    1,
  );
  const recalls = results.map(({ protocol, metrics }) => [
    protocol,
    ...metrics.perClass.map(({ recall }) => (recall === null ? '–' : percent(recall, 0))),
  ]);
  return [
    `posed faces of ${source}: ${people} people, crops of ${size} × ${size} pixels`,
    measured,
    `recall by expression:\n${formatTable([['protocol', ...EMOTIONS], ...recalls], 1)}`,
    front
      ? `bias of the logits:\n${formatTable(
          [
            ['bias', 'strength', 'FER+ majority, PublicTest', 'mean recall', 'posed', 'mean recall'],
            ...front.map(({ bias, strength, votes, posed }) => [
              bias,
              strength.toFixed(2),
              ...[votes.accuracy, votes.meanRecall, posed.accuracy, posed.meanRecall].map((value) => percent(value, 1)),
            ]),
          ],
          1,
        )}`
      : 'no front: it needs --votes and training faces, which show how common each class is',
    calibration
      ? `personal calibration (the neutral face of another session, ${calibration.faces} faces):\n${formatTable(
          [
            ['acted', 'strength', 'accuracy', 'mean recall'],
            ...calibration.points.map(({ acted, strength, accuracy, meanRecall: recall }) => [
              acted.toFixed(2),
              strength.toFixed(2),
              percent(accuracy, 1),
              percent(recall, 1),
            ]),
          ],
          0,
        )}`
      : 'no personal calibration: no person has a Neutral face in another session',
  ].join('\n\n');
}
