import { ExpressionTracker, type TrackerSettings } from '../../../lens/Assets/EmotionDetector/ExpressionTracker.ts';
import { PRESETS } from '../../../lens/Assets/EmotionDetector/Presets.ts';
import { EMOTIONS } from '../../../ml/core/emotions.ts';
import { readText } from '../../../ml/core/files.ts';
import { DETECTOR_FOLDER } from '../../lens-build/emotion-lens.ts';
import { SHIPPED_LENS } from '../../lens-build/shipped.ts';
import { readScript } from '../../lens-studio/scripts/read-script.ts';
import type { Literal } from '../../lens-studio/scripts/script.ts';

export const FRAMES_PER_SECOND = 30;

const path = `${SHIPPED_LENS}/${DETECTOR_FOLDER}/EmotionDetector.ts`;
const defaults = new Map<string, Literal | undefined>(
  readScript(await readText(path), path).inputs.map((input) => [input.name, input.default]),
);
const number = (name: string) => Number(defaults.get(name));

/** What a preset of the detector decides. */
export function presetSettings(
  preset: string,
): Pick<TrackerSettings, 'enter' | 'gap' | 'smoothingTime' | 'hold' | 'acted'> {
  const { confidence, hysteresis, smoothing, hold, acted } = PRESETS[preset];
  return { enter: confidence, gap: hysteresis, smoothingTime: smoothing, hold, acted };
}

/** The settings that the detector has by default. */
const SETTINGS: TrackerSettings = {
  ...presetSettings(String(defaults.get('preset'))),
  grace: number('grace'),
  fade: number('fade'),
  actedBias: defaults.get('actedBias') as readonly number[],
  calibration: number('calibration'),
  sensitivities: EMOTIONS.map((emotion) => number(emotion.toLowerCase())),
};

/** How many answers a second the model gives by default. */
export const RUNS_PER_SECOND = number('runsPerSecond');

/** The logic of the detector with its defaults but for some settings, and a face before it. */
export function trackerWith(changes: Partial<TrackerSettings> = {}): ExpressionTracker {
  const tracker = new ExpressionTracker({ ...SETTINGS, ...changes });
  tracker.faceFound();
  return tracker;
}

/** The `index`-th answer of several, [n, 7]. */
export const answerAt = (answers: Float32Array, index: number): Float32Array =>
  answers.subarray(index * EMOTIONS.length, (index + 1) * EMOTIONS.length);
