import type { EmotionModel } from './EmotionModel';
import { EMOTIONS, type Emotion, NO_EMOTION } from './Emotions';

/** Characters of a full bar. ASCII only, because it is not documented which others the default font has. */
const BAR = 20;
const BARS = Array.from({ length: BAR + 1 }, (_, length) => '|'.repeat(length) + '.'.repeat(BAR - length));

/** What the debug overlay tells of. */
export interface DebugState {
  readonly probabilities: Float32Array;
  readonly emotion: Emotion;
  readonly intensity: number;
  readonly presence: number;
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;

/**
 * One line for each class with a bar, then the decision, the frame rate, the time of the model's last run and, if the model
 * takes them, whether there are landmarks.
 */
export function debugText(
  state: DebugState,
  framesPerSecond: number,
  { runTime: { milliseconds, frames }, seesLandmarks }: Pick<EmotionModel, 'runTime' | 'seesLandmarks'>,
): string {
  let text = '';
  for (let i = 0; i < EMOTIONS.length; i++) {
    const probability = state.probabilities[i];
    text += `${BARS[Math.round(BAR * probability)]} ${percent(probability)} ${EMOTIONS[i]}\n`;
  }
  const decision = state.emotion === NO_EMOTION ? 'no expression' : EMOTIONS[state.emotion];
  const landmarks = seesLandmarks === undefined ? '' : `, landmarks: ${seesLandmarks ? 'yes' : 'no'}`;
  return (
    `${text}${decision}, intensity ${percent(state.intensity)}, face ${percent(state.presence)}\n` +
    `${Math.round(framesPerSecond)} frames/s, model ${Math.round(milliseconds)} ms (${frames} frames)${landmarks}`
  );
}
