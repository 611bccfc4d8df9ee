import type { EmotionModel } from './EmotionModel';
import { type Emotion, NO_EMOTION } from './Emotions';
import type { RestingFace } from './RestingFace';

/** Characters of a full bar. ASCII only, because it is not documented which others the default font has. */
const BAR = 20;
const BARS = Array.from({ length: BAR + 1 }, (_, length) => '|'.repeat(length) + '.'.repeat(BAR - length));

/** What the debug overlay tells of. */
export interface DebugState {
  /** Names of the classes. */
  readonly labels: readonly string[];
  readonly probabilities: Float32Array;
  readonly emotion: Emotion;
  readonly intensity: number;
  readonly presence: number;
  /** Undefined without calibration. */
  readonly resting: RestingFace | undefined;
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;

/**
 * One line for each class with a bar, then the decision, with calibration what is unusual about the resting face, the frame rate,
 * the time of the model's last run and, if the model takes them, whether there are landmarks.
 */
export function debugText(
  state: DebugState,
  framesPerSecond: number,
  { runTime: { milliseconds, frames }, seesLandmarks }: Pick<EmotionModel, 'runTime' | 'seesLandmarks'>,
): string {
  let text = '';
  for (let i = 0; i < state.labels.length; i++) {
    const probability = state.probabilities[i];
    text += `${BARS[Math.round(BAR * probability)]} ${percent(probability)} ${state.labels[i]}\n`;
  }
  const decision = state.emotion === NO_EMOTION ? 'no expression' : state.labels[state.emotion];
  const landmarks = seesLandmarks === undefined ? '' : `, landmarks: ${seesLandmarks ? 'yes' : 'no'}`;
  return (
    `${text}${decision}, intensity ${percent(state.intensity)}, face ${percent(state.presence)}\n${restingText(state)}` +
    `${Math.round(framesPerSecond)} frames/s, model ${Math.round(milliseconds)} ms (${frames} frames)${landmarks}`
  );
}

function restingText({ resting, labels }: DebugState): string {
  if (resting === undefined) return '';
  if (resting.learned === 0) return 'resting face: not seen yet\n';
  let most = 0;
  for (let i = 1; i < labels.length; i++)
    if (Math.abs(resting.deviation(i)) > Math.abs(resting.deviation(most))) most = i;
  const by = resting.deviation(most);
  return `resting face: ${Math.round(resting.learned)} s seen, ${labels[most]} ${by < 0 ? '' : '+'}${by.toFixed(1)}\n`;
}
