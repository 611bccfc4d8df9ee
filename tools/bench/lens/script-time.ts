import { CrossFade } from '../../../lens/Assets/Effects/CrossFade.ts';
import { RunSchedule } from '../../../lens/Assets/EmotionDetector/RunSchedule.ts';
import { EMOTIONS } from '../../../ml/core/emotions.ts';
import { Random } from '../../../ml/core/random.ts';
import { FRAMES_PER_SECOND, RUNS_PER_SECOND, trackerWith } from './tracker.ts';

const SECONDS = 600;
const WARMUP = 30 * FRAMES_PER_SECOND;
const SECONDS_PER_EXPRESSION = 3;
const SECONDS_PER_FACE = 20;
/** Of a frame, in microseconds. */
const BUDGET = 200;

/**
 * Script time per frame of the lens's logic, calibration included, from the model's answer to the weights of the effects. Plays
 * ten minutes in which expressions change and the face comes and goes.
 * @returns the figures in words.
 */
export function measureScriptTime(): string {
  const random = new Random(1);
  const tracker = trackerWith({ sensitivities: EMOTIONS.map((_, i) => i / 10), calibration: 0.5 });
  const schedule = new RunSchedule(RUNS_PER_SECOND);
  const fade = new CrossFade(EMOTIONS.map(() => 0.3));
  const output = new Float32Array(EMOTIONS.length);
  const microseconds: number[] = [];
  let shown = 0;
  for (let frame = 0; frame < SECONDS * FRAMES_PER_SECOND + WARMUP; frame++) {
    const second = frame / FRAMES_PER_SECOND;
    answer(Math.floor(second / SECONDS_PER_EXPRESSION) % EMOTIONS.length, output, random);
    const begin = performance.now();
    if (second % SECONDS_PER_FACE === 0) tracker.faceFound();
    if (second % SECONDS_PER_FACE === SECONDS_PER_FACE - 2) tracker.faceLost();
    if (schedule.isDue(1 / FRAMES_PER_SECOND, tracker.faceIsThere)) tracker.observe(output);
    tracker.update(1 / FRAMES_PER_SECOND);
    fade.step(1 / FRAMES_PER_SECOND, tracker.emotion, tracker.intensity);
    if (frame >= WARMUP) microseconds.push(1000 * (performance.now() - begin));
    if (tracker.emotion >= 0) shown++;
  }
  const sorted = microseconds.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * sorted.length)].toFixed(2);
  return (
    `logic of the lens: ${at(0.5)} µs a frame (median; 95th percentile ${at(0.95)} µs; budget ${BUDGET} µs), ` +
    `an expression shown in ${Math.round((100 * shown) / (sorted.length + WARMUP))} % of the frames`
  );
}

/** Writes an answer that favours one expression, with noise. */
function answer(emotion: number, output: Float32Array, random: Random): void {
  let sum = 0;
  for (let i = 0; i < output.length; i++) {
    output[i] = 1 + random.integer(10) + (i === emotion ? 60 : 0);
    sum += output[i];
  }
  for (let i = 0; i < output.length; i++) output[i] /= sum;
}
