/**
 * Script time per frame of the lens's logic, from the model's answer to the weights of the effects: `npm run bench:lens`.
 * Plays ten minutes at 30 frames a second in which the model answers every second frame, expressions change and the face
 * comes and goes. The budget is 0.2 ms on a phone.
 */
import { CrossFade } from '../../lens/Assets/Effects/CrossFade.ts';
import { EMOTIONS } from '../../lens/Assets/EmotionDetector/Emotions.ts';
import { ExpressionTracker } from '../../lens/Assets/EmotionDetector/ExpressionTracker.ts';
import { RunSchedule } from '../../lens/Assets/EmotionDetector/RunSchedule.ts';
import { Random } from '../../ml/core/random.ts';
import { readArguments } from './arguments.ts';

readArguments('bench:lens', "Measures the script time of the lens's logic per frame.", {});

const FRAMES_PER_SECOND = 30;
const SECONDS = 600;
const WARMUP = 30 * FRAMES_PER_SECOND;
const SECONDS_PER_EXPRESSION = 3;
const SECONDS_PER_FACE = 20;
const BUDGET = 200;

const random = new Random(1);
const tracker = new ExpressionTracker({
  smoothingTime: 0.2,
  enter: 0.5,
  gap: 0.15,
  hold: 0.5,
  grace: 0.3,
  fade: 0.5,
  acted: 0,
  sensitivities: EMOTIONS.map((_, i) => i / 10),
});
const schedule = new RunSchedule(15);
const fade = new CrossFade(EMOTIONS.map(() => 0.3));
const output = new Float32Array(EMOTIONS.length);

/** An answer that favours one expression, with noise. */
function answer(emotion: number): void {
  let sum = 0;
  for (let i = 0; i < output.length; i++) {
    output[i] = 1 + random.integer(10) + (i === emotion ? 60 : 0);
    sum += output[i];
  }
  for (let i = 0; i < output.length; i++) output[i] /= sum;
}

const microseconds: number[] = [];
let shown = 0;
for (let frame = 0; frame < SECONDS * FRAMES_PER_SECOND + WARMUP; frame++) {
  const second = frame / FRAMES_PER_SECOND;
  answer(Math.floor(second / SECONDS_PER_EXPRESSION) % EMOTIONS.length);
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
console.log(
  `logic of the lens: ${at(0.5)} µs a frame (median; 95th percentile ${at(0.95)} µs; budget ${BUDGET} µs), ` +
    `an expression shown in ${Math.round((100 * shown) / (sorted.length + WARMUP))} % of the frames`,
);
