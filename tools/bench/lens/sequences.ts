import type { TrackerSettings } from '../../../lens/Assets/EmotionDetector/ExpressionTracker.ts';
import { EMOTIONS } from '../../../ml/core/emotions.ts';
import { UserError } from '../../../ml/core/errors.ts';
import type { Reporter } from '../../../ml/core/progress.ts';
import { Random } from '../../../ml/core/random.ts';
import type { PosedFaces } from '../../../ml/data/dataset.ts';
import { formatTable, percent } from '../../../ml/evaluate/evaluation.ts';
import { readPosed } from '../../../ml/faces/posed.ts';
import type { Predictor } from '../../../ml/runtime/predictor.ts';
import { cropFaces } from '../framing/crop.ts';
import { answerAt, FRAMES_PER_SECOND, presetSettings, RUNS_PER_SECOND, trackerWith } from './tracker.ts';

const NEUTRAL = EMOTIONS.indexOf('Neutral');

/** Views of each face, between which a sequence changes with every answer: a crop wanders, and a camera has noise. */
const VIEWS = 6;
/** Standard deviations of a view: place as a share of its side, size as a share of it, degrees, grey levels. */
const WANDER = { place: 0.01, size: 0.02, roll: 1.5, noise: 2 } as const;
/** Shares of the expression while a face changes, and how long each lasts. */
const BETWEEN = [0.25, 0.5, 0.75] as const;
/** Seconds of each part: long enough at first that the resting face is learned. */
const PARTS = { rest: 7, change: 0.3, expression: 3, restAgain: 3 };
const SECONDS = PARTS.rest + PARTS.change + PARTS.expression + PARTS.change + PARTS.restAgain;

interface Setting extends Partial<TrackerSettings> {
  readonly preset: string;
  readonly acted: number;
  readonly calibration: number;
  /** Whose resting face the lens learns. */
  readonly face: 'own' | 'another';
}

/** A preset as it is, or with another prior. */
function setting(preset: string, acted?: number, calibration = 0, face: Setting['face'] = 'own'): Setting {
  const settings = presetSettings(preset);
  return { ...settings, preset, acted: acted ?? settings.acted, calibration, face };
}

/** What is compared. Whoever rests at first is who the lens learns: another person shows what is not personal about it. */
const SETTINGS: readonly Setting[] = [
  setting('Subtle'),
  setting('Balanced'),
  setting('Playful'),
  setting('Balanced', 0),
  setting('Balanced', 1),
  setting('Balanced', 0, 0.5),
  setting('Balanced', 0.75, 0.3),
  setting('Balanced', 0.75, 0.5),
  setting('Balanced', 0.75, 1),
  setting('Balanced', 1, 0.5),
  setting('Balanced', 0.75, 0.5, 'another'),
];

/** One person who rests, acts an expression, and rests again. The neutral face is of another session than the expression. */
interface Sequence {
  /** Indices of the faces. */
  readonly resting: number;
  readonly expression: number;
  /** A neutral face of another person. */
  readonly another: number;
  readonly label: number;
}

/**
 * What the lens makes of people who act one expression after the other: whether it shows it, how soon, and how often it
 * changes its mind without need.
 * @param root of posed photographs, see {@link readPosed}.
 * @returns a table by settings of the detector.
 * @throws UserError if they cannot be read, or nobody has a neutral face in another session.
 */
export async function simulateSequences(root: string, predictor: Predictor, reporter: Reporter): Promise<string> {
  const faces = await readPosed(root, predictor.size, reporter);
  const sequences = sequencesOf(faces);
  if (sequences.length === 0)
    throw new UserError(
      `--posed ${root}: no person has a Neutral face in another session than an expression, which sequences begin with; ` +
        'add such pictures to faces.csv',
    );
  const answers = await answer(faces, sequences, predictor, reporter);
  const rows = SETTINGS.map((settings) => {
    const played = sequences.map((sequence, i) => play(sequence, i, answers, settings));
    const reactions = played.flatMap(({ reaction }) => reaction ?? []).sort((a, b) => a - b);
    const minutes = (played.length * SECONDS) / 60;
    const sum = (of: (one: Played) => number) => played.reduce((total, one) => total + of(one), 0);
    const quantile = (share: number) => `${reactions[Math.floor(share * reactions.length)]?.toFixed(2) ?? '–'} s`;
    return [
      settings.preset,
      settings.acted.toFixed(2),
      settings.calibration.toFixed(1),
      settings.face,
      percent(sum(({ right }) => Number(right)) / played.length, 1),
      percent(sum(({ shown }) => Number(shown)) / played.length, 1),
      quantile(0.5),
      quantile(0.9),
      (sum(({ needless }) => needless) / minutes).toFixed(2),
      percent(sum(({ restless }) => restless) / played.length, 1),
    ];
  });
  const people = new Set(sequences.map(({ expression }) => faces.subjects[expression])).size;
  const head = [
    'preset',
    'acted',
    'calibration',
    'face',
    'right',
    'shown',
    'after, median',
    '90 %',
    'needless switches/min',
    'at rest not neutral',
  ];
  return `${sequences.length} sequences of ${people} people, neutral, an acted expression, neutral:\n${formatTable([head, ...rows], 1)}`;
}

function sequencesOf({ labels, subjects, sessions }: PosedFaces): Sequence[] {
  const neutral = [...subjects.keys()].filter((i) => labels[i] === NEUTRAL);
  return subjects.flatMap((subject, expression) => {
    const resting = neutral.find((i) => subjects[i] === subject && sessions[i] !== sessions[expression]) ?? -1;
    if (labels[expression] === NEUTRAL || resting < 0) return [];
    const others = neutral.filter((i) => subjects[i] !== subject);
    const another = others[expression % Math.max(others.length, 1)] ?? resting;
    return [{ resting, expression, another, label: labels[expression] }];
  });
}

/** What the model says. */
interface Answers {
  /** Of each view of each face, [n · VIEWS, 7]. */
  readonly views: Float32Array;
  /** Of the faces between resting and expression of each sequence, [sequences · BETWEEN, 7]. */
  readonly between: Float32Array;
}

async function answer(
  { count, size, pixels }: PosedFaces,
  sequences: readonly Sequence[],
  predictor: Predictor,
  reporter: Reporter,
): Promise<Answers> {
  const at = (face: number) => pixels.subarray(face * size ** 2, (face + 1) * size ** 2);
  const total = count * VIEWS + sequences.length * BETWEEN.length;
  const report = (before: number) => (done: number) =>
    reporter.progress({ step: 'running the model', done: before + done, total, unit: 'img' });
  const wander = (face: Uint8Array, seed: number) => viewOf(face, size, new Random(seed, 1));
  const views = await predictor.predict(
    { count: count * VIEWS, at: (view) => wander(at(Math.floor(view / VIEWS)), view) },
    report(0),
  );
  const blend = (index: number) => {
    const { resting, expression } = sequences[Math.floor(index / BETWEEN.length)];
    const share = BETWEEN[index % BETWEEN.length];
    const target = at(expression);
    return at(resting).map((value, i) => Math.round(value + share * (target[i] - value)));
  };
  const between = await predictor.predict(
    { count: sequences.length * BETWEEN.length, at: blend },
    report(count * VIEWS),
  );
  return { views, between };
}

/** A face as a crop that wanders and a camera with noise see it. */
function viewOf(face: Uint8Array, size: number, random: Random): Uint8Array {
  const { place, size: larger, roll, noise } = WANDER;
  const moved = cropFaces(face, size, {
    zoom: random.normal(1, larger),
    right: random.normal(0, place),
    down: random.normal(0, place),
    roll: random.normal(0, roll),
  });
  return moved.map((value) => Math.max(0, Math.min(255, Math.round(random.normal(value, noise)))));
}

/** What the lens made of a sequence. */
interface Played {
  /** Whether the expression was the likeliest at its end. */
  readonly right: boolean;
  /** Whether it showed the expression at its end. */
  readonly shown: boolean;
  /** Seconds from the beginning of the expression until it was shown, if it was. */
  readonly reaction: number | undefined;
  /** Changes beyond those to the expression and back. */
  readonly needless: number;
  /** Share of the time at rest, beginnings aside, in which an expression was shown. */
  readonly restless: number;
}

function play(
  { resting, expression, another, label }: Sequence,
  index: number,
  { views, between }: Answers,
  settings: Setting,
): Played {
  // The same views under all settings.
  const random = new Random(index, 2);
  const tracker = trackerWith(settings);
  const first = settings.face === 'another' ? another : resting;
  const { rest: begins, change } = PARTS;
  const ends = begins + change + PARTS.expression;
  const faceAt = (time: number) => (time < begins ? first : time < ends ? expression : resting);
  let switches = 0;
  let [right, shown] = [false, false];
  let reaction: number | undefined;
  let [restFrames, restlessFrames] = [0, 0];
  let last = NEUTRAL;
  let answered = 0;
  for (let frame = 0; frame < Math.round(SECONDS * FRAMES_PER_SECOND); frame++) {
    const time = frame / FRAMES_PER_SECOND;
    if (time * RUNS_PER_SECOND >= answered) {
      answered++;
      const strength = time < ends ? (time - begins) / change : 1 - (time - ends) / change;
      if (strength >= 0 && strength <= 1) {
        const step = Math.min(Math.floor(strength * BETWEEN.length), BETWEEN.length - 1);
        tracker.observe(answerAt(between, index * BETWEEN.length + step));
      } else tracker.observe(answerAt(views, faceAt(time) * VIEWS + random.integer(VIEWS)));
    }
    tracker.update(1 / FRAMES_PER_SECOND);
    const { emotion } = tracker;
    if (frame > 0 && emotion !== last) switches++;
    last = emotion;
    if (time >= begins && time < ends) {
      if (emotion === label) reaction ??= time - begins;
      shown = emotion === label;
      right = tracker.probabilities.indexOf(Math.max(...tracker.probabilities)) === label;
    }
    // A second in which a decision may still be on its way does not count.
    if ((time >= 1 && time < begins) || time >= ends + change + 1) {
      restFrames++;
      if (emotion !== NEUTRAL) restlessFrames++;
    }
  }
  const needed = reaction === undefined ? 0 : 2;
  return { right, shown, reaction, needless: Math.max(0, switches - needed), restless: restlessFrames / restFrames };
}
