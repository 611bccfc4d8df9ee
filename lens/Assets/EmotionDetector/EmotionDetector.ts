import { BehaviorTriggers } from './BehaviorTriggers';
import { CenterSquare } from './CenterSquare';
import { classOf, faultOfLabels } from './Classes';
import { DebugOverlay } from './DebugOverlay';
import { DemoReel } from './DemoReel';
import { affordableRuns, mlPerformanceIndex } from './DeviceSpeed';
import { EmotionModel } from './EmotionModel';
import { areEmotions, EMOTIONS, type Emotion, type EmotionChange, NO_EMOTION } from './Emotions';
import { ExpressionTracker } from './ExpressionTracker';
import { FaceLandmarks } from './FaceLandmarks';
import { Notices } from './Notices';
import { BALANCED, describePreset, isPreset, PRESETS, settingsOf } from './Presets';
import type { RestingFace } from './RestingFace';
import { RunSchedule } from './RunSchedule';
import { ScriptCallback } from './ScriptCallback';
import { Signal } from './Signal';

/** What the lens shows, wherever it comes from. */
interface Shown {
  readonly emotion: Emotion;
  readonly intensity: number;
  readonly presence: number;
  readonly probabilities: Float32Array;
}

/**
 * Tells which of seven expressions the face before the camera shows, or which of its classes any other model sees. Runs the
 * model through SnapML on the device; nothing is stored or sent. What is wrong with its inputs it says once in the Logger, and goes on without expressions.
 *
 * The defaults are measured with our 8-bit model on FER2013's PublicTest against the FER+ majority. At a confidence of
 * 0.5, 85 % of the expressive faces show an expression, 92 % of those shown are right, and 6 % of the neutral faces
 * show one; at 0.6 it is 75 % shown and 2 %. A face moved by a pixel, with some noise, changes its probability by
 * 0.02 (standard deviation; 0.10 for the most fickle twentieth), of which smoothing over 0.2 s leaves 0.04 at most at
 * 15 answers a second: the hysteresis of 0.15 is more than three times that.
 */
@component
export class EmotionDetector extends BaseScriptComponent {
  @ui.group_start('Model')
  @input
  @allowUndefined
  @hint('The expression model: emotion.int8.tflite or emotion.onnx')
  model: MLAsset | undefined;

  @input
  @hint('Comes with the model: the names of its classes in the order of its output, 2 to 64')
  labels: string[] = ['Angry', 'Disgust', 'Fear', 'Happy', 'Sad', 'Surprise', 'Neutral'];

  @input
  @label('Rest Class')
  @hint('Which class it is when none is certain, such as Neutral or Background; empty: none')
  rest: string = 'Neutral';

  @input
  @allowUndefined
  @hint(
    'What the model sees: a face crop texture, a screen crop texture (the square in its middle), or any other texture',
  )
  faceCrop: Texture | undefined;

  @input
  @label('Only with a Face')
  @hint('Off: the model runs whether there is a face or not, for a model of something else')
  needsFace: boolean = true;

  @input('int')
  @hint('Index of the face; 0 is the first')
  faceIndex: number = 0;

  @input
  @hint('Larger shows more around the face. Turn Debug on and adjust it until eyes, mouth and chin are on the marks')
  @widget(new SliderWidget(0.3, 2, 0.01))
  cropScale: number = 0.6;

  @input
  @hint('Moves the center of the crop from the center of the face toward the mouth')
  @widget(new SliderWidget(0, 1, 0.01))
  mouthWeight: number = 0.1;

  @input
  @hint('Mirrors the picture that the model sees')
  mirror: boolean = false;

  @input('int')
  @label('Runs per Second')
  @hint('How often the model runs; 0 for every frame')
  @widget(new SliderWidget(0, 30, 1))
  runsPerSecond: number = 15;

  @input
  @label('Spare Slow Phones')
  @hint('On phones that are slow at machine learning, the model runs at most 8 or 5 times a second')
  spareSlowPhones: boolean = true;

  @ui.group_end
  @ui.group_start('Decision')
  @input
  @hint(
    'How readily expressions are shown. Sets what the next four sliders and Everyday to Acted leave at their defaults',
  )
  @widget(
    new ComboBoxWidget([
      new ComboBoxItem('Subtle', 'Subtle'),
      new ComboBoxItem('Balanced', 'Balanced'),
      new ComboBoxItem('Playful', 'Playful'),
    ]),
  )
  preset: string = 'Balanced';

  @input
  @hint('Probability from which an expression is shown; at 0.5 the preset decides')
  @widget(new SliderWidget(0.2, 0.95, 0.01))
  confidence: number = 0.5;

  @input
  @hint(
    'How far its probability may drop, or that of another expression exceed it, before it changes; at 0.15 the preset decides',
  )
  @widget(new SliderWidget(0.02, 0.5, 0.01))
  hysteresis: number = 0.15;

  @input
  @label('Smoothing (s)')
  @hint('Longer is steadier, shorter is faster; at 0.2 the preset decides')
  @widget(new SliderWidget(0, 1, 0.01))
  smoothing: number = 0.2;

  @input
  @label('Minimum Hold (s)')
  @hint('Minimum time that an expression stays; at 0.5 the preset decides')
  @widget(new SliderWidget(0, 3, 0.05))
  hold: number = 0.5;

  @input
  @label('Face Lost Grace (s)')
  @hint('Time for which a lost face changes nothing')
  @widget(new SliderWidget(0, 3, 0.05))
  grace: number = 0.3;

  @input
  @label('Face Lost Fade (s)')
  @hint('Time in which the expression fades out after that')
  @widget(new SliderWidget(0, 3, 0.05))
  fade: number = 0.5;

  @ui.group_end
  @ui.group_start('Sensitivity')
  @input
  @label('Everyday to Acted')
  @hint('0 for everyday faces; 1 for people who act, with more Angry, Disgust and Fear; at 0.75 the preset decides')
  @widget(new SliderWidget(0, 1.5, 0.05))
  acted: number = 0.75;

  @input
  @label('Acted Bias')
  @hint('Comes with the model: what 1 above adds to the logits, class by class; empty: nothing')
  actedBias: number[] = [0.45, 1.2, 1.2, 0, -0.2, 0.05, 0];

  @input
  @label('Personal Calibration')
  @hint("Learns the person's resting face, and takes away this share of what is unusual about it; 0 is off")
  @widget(new SliderWidget(0, 1, 0.05))
  calibration: number = 0;

  @input
  @label('Other Classes')
  @hint('Of a model with other classes: -1 to 1 for each, in the order of Labels; those with a slider below add up')
  sensitivities: number[] = [];

  @ui.label('More or less of each expression; at 0 only the inputs above apply')
  @input
  @widget(new SliderWidget(-1, 1, 0.05))
  angry: number = 0;

  @input
  @widget(new SliderWidget(-1, 1, 0.05))
  disgust: number = 0;

  @input
  @widget(new SliderWidget(-1, 1, 0.05))
  fear: number = 0;

  @input
  @widget(new SliderWidget(-1, 1, 0.05))
  happy: number = 0;

  @input
  @widget(new SliderWidget(-1, 1, 0.05))
  sad: number = 0;

  @input
  @widget(new SliderWidget(-1, 1, 0.05))
  surprise: number = 0;

  @input
  @widget(new SliderWidget(-1, 1, 0.05))
  neutral: number = 0;

  @ui.group_end
  @ui.group_start('Events')
  @input
  @label('Behavior Triggers')
  @hint('Sends custom triggers like EMOTION_HAPPY_START and EMOTION_HAPPY_END to Behavior scripts')
  useBehavior: boolean = true;

  @input
  @label('Trigger Prefix')
  @showIf('useBehavior', true)
  triggerPrefix: string = 'EMOTION_';

  @input
  @allowUndefined
  @hint('Optional: a script with a function to call when the expression changes')
  callbackScript: ScriptComponent | undefined;

  @input
  @label('Function Name')
  @hint('Called with the name of the expression, the name of the previous one and the probability')
  callbackFunction: string = 'onEmotionChanged';

  @ui.group_end
  @ui.group_start('Debug')
  @input
  @hint('Shows probabilities, times and the picture that the model sees')
  debug: boolean = false;

  @input
  @allowUndefined
  @hint('Where to show them: the Full Frame Region of an orthographic camera')
  screen: SceneObject | undefined;

  @ui.group_end
  @ui.group_start('Demo')
  @input
  @label('Demo Mode')
  @hint('Plays the classes in turn without a face, to record a video. Turn it off before you publish the lens')
  demo: boolean = false;

  @input
  @label('Hold (s)')
  @hint('Time for which each is shown')
  @showIf('demo', true)
  @widget(new SliderWidget(0.5, 10, 0.1))
  demoHold: number = 2;

  @input
  @label('Pause (s)')
  @hint('Time without any between two')
  @showIf('demo', true)
  @widget(new SliderWidget(0, 5, 0.1))
  demoPause: number = 0.6;

  /** Called when the expression changes, after triggers and callback. */
  @ui.group_end
  readonly onEmotionChanged = new Signal<EmotionChange>();

  private readonly notices = new Notices('EmotionDetector');
  private nothing: Float32Array | undefined;
  private readonly change: EmotionChange = { previous: NO_EMOTION, current: NO_EMOTION, probability: 0 };
  private tracker: ExpressionTracker | undefined;
  /** What the lens shows: the tracker's expression, or that of the demo. */
  private shown: Shown | undefined;
  private expressionModel: EmotionModel | undefined;
  private triggers: BehaviorTriggers | undefined;
  private callback: ScriptCallback | undefined;
  private landmarks: FaceLandmarks | undefined;
  private overlay: DebugOverlay | undefined;
  private square: CenterSquare | undefined;

  /** The expression of the face, an index into `labels`; `NO_EMOTION` while there is no face or nothing is known of it yet. */
  get emotion(): Emotion {
    return this.change.current;
  }

  /** How strong the current expression is, 0..1; fades to 0 when the face is lost. */
  get intensity(): number {
    return this.shown ? this.shown.intensity : 0;
  }

  /** Smoothed probabilities of the classes; the same array every frame, not to be written. */
  get probabilities(): Float32Array {
    if (this.shown) return this.shown.probabilities;
    this.nothing = this.nothing ?? new Float32Array(this.labels.length);
    return this.nothing;
  }

  /** 1 while there is a face; fades to 0 when it is lost. */
  get presence(): number {
    return this.shown ? this.shown.presence : 0;
  }

  /** What is known of the person's resting face; undefined without Personal Calibration. */
  get resting(): RestingFace | undefined {
    return this.tracker?.resting;
  }

  /** Forgets the person's resting face, which Personal Calibration learns: call it when another person takes over. */
  resetCalibration(): void {
    this.resting?.forget();
  }

  onAwake(): void {
    const { labels } = this;
    this.checkInputs();
    if (this.useBehavior) this.triggers = new BehaviorTriggers(this.triggerPrefix, labels);
    if (this.callbackScript)
      this.callback = new ScriptCallback(this.callbackScript, this.callbackFunction, labels, this.notices);
    if (this.demo && labels.length > 0) this.playDemo();
    else this.detect();
  }

  private playDemo(): void {
    const reel = new DemoReel(this.labels.length, this.demoHold, this.demoPause);
    this.shown = reel;
    this.notices.once(
      'demo',
      `Demo Mode is on: ${this.labels.join(', ')} are played in turn, and no face is looked at. Turn it off before you publish the lens.`,
    );
    this.createEvent('UpdateEvent').bind((event) => {
      reel.update(event.getDeltaTime());
      this.announce(reel);
    });
  }

  private detect(): void {
    const { labels, actedBias } = this;
    const { confidence, hysteresis, smoothing, hold, acted } = settingsOf(this.preset, this);
    const tracker = new ExpressionTracker({
      smoothingTime: smoothing,
      enter: confidence,
      gap: hysteresis,
      hold,
      grace: this.grace,
      fade: this.fade,
      acted,
      actedBias,
      calibration: areEmotions(labels) ? this.calibration : 0,
      sensitivities: this.sensitivityOfClasses(),
      rest: classOf(labels, this.rest),
    });
    this.tracker = tracker;
    this.shown = tracker;
    if (this.needsFace) this.followFace(tracker);
    else tracker.faceFound();
    const index = mlPerformanceIndex();
    const runs = this.spareSlowPhones ? affordableRuns(this.runsPerSecond, index) : this.runsPerSecond;
    const schedule = new RunSchedule(runs);
    const pace = `${runs > 0 ? `${runs} runs per second` : 'a run in every frame'} (ML performance index ${index ?? 'unknown'})`;
    this.createEvent('OnStartEvent').bind(() => this.start(tracker, pace));
    this.createEvent('UpdateEvent').bind((event) => this.update(tracker, schedule, event.getDeltaTime()));
    this.createEvent('OnDestroyEvent').bind(() => {
      this.overlay?.destroy();
      this.landmarks?.destroy();
    });
  }

  private followFace(tracker: ExpressionTracker): void {
    this.createEvent('FaceFoundEvent').bind((event) => {
      if (event.faceIndex === this.faceIndex) tracker.faceFound();
    });
    this.createEvent('FaceLostEvent').bind((event) => {
      if (event.faceIndex !== this.faceIndex) return;
      tracker.faceLost();
      this.expressionModel?.forget();
    });
  }

  private checkInputs(): void {
    const { labels, rest, actedBias, preset } = this;
    const fault = faultOfLabels(labels);
    if (fault !== undefined) this.notices.once('labels', `${fault}. Correct "Labels" in the Inspector.`);
    if (rest !== '' && classOf(labels, rest) === NO_EMOTION)
      this.notices.once(
        'rest',
        `"Rest Class" is ${rest}, but the model has no such class (${labels.join(', ')}). Enter one of them, or nothing.`,
      );
    if (actedBias.length !== 0 && actedBias.length !== labels.length)
      this.notices.once(
        'bias',
        `"Acted Bias" has ${actedBias.length} numbers instead of ${labels.length}. Install the model again, or reset the input.`,
      );
    if (!isPreset(preset))
      this.notices.once(
        'preset',
        `there is no preset "${preset}", so it counts as ${BALANCED}. Choose ${Object.keys(PRESETS).join(', ')} in the Inspector.`,
      );
    else if (preset !== BALANCED) this.notices.once('preset', describePreset(preset, this));
    if (this.calibration > 0 && !areEmotions(labels))
      this.notices.once('calibration', '"Personal Calibration" is off: it knows the seven expressions only.');
  }

  /** Of each class, from the sliders of the seven expressions and the list of the others. */
  private sensitivityOfClasses(): number[] {
    const { angry, disgust, fear, happy, sad, surprise, neutral } = this;
    const ofEmotions = [angry, disgust, fear, happy, sad, surprise, neutral];
    return this.labels.map((label, i) => (ofEmotions[classOf(EMOTIONS, label)] ?? 0) + (this.sensitivities[i] ?? 0));
  }

  /** @param pace how often the model runs, in words. */
  private start(tracker: ExpressionTracker, pace: string): void {
    const { model, faceCrop, labels } = this;
    if (!model || !faceCrop) {
      const missing = model ? 'a face crop texture to "Face Crop"' : 'the expression model to "Model"';
      this.notices.once('inputs', `nothing is detected. Assign ${missing} in the Inspector.`);
      return;
    }
    this.frame(faceCrop.control);
    const mirrored = this.mirror;
    const landmarks = new FaceLandmarks(this.getSceneObject(), this.faceIndex, mirrored);
    this.landmarks = landmarks;
    const view = { crop: faceCrop, mirrored, landmarks };
    const kind = areEmotions(labels) ? 'expressions' : 'classes';
    this.expressionModel = new EmotionModel(this.getSceneObject(), model, labels.length, view, {
      onReady: () => this.notices.once('ready', `ready, model ${model.name}, ${labels.length} ${kind}, ${pace}`),
      onResult: (output) => this.report(tracker.observe(output)),
      onFault: (topic, text) => this.notices.once(topic, text),
    });
    if (!this.debug) return;
    if (this.screen) this.overlay = new DebugOverlay(this.screen, faceCrop, this, this.expressionModel);
    else this.notices.once('screen', 'no debug overlay. Assign a Full Frame Region to "Screen" in the Inspector.');
  }

  /** Sets what a crop texture shows. */
  private frame(control: TextureProvider): void {
    const crop = control as FaceCropTextureProvider;
    if (crop.textureScale === undefined) {
      this.square = CenterSquare.of(control);
      if (this.needsFace && !this.square)
        this.notices.once('crop', 'the texture in "Face Crop" is not a face crop texture; it is used as it is.');
      return;
    }
    crop.textureScale = new vec2(this.cropScale, this.cropScale);
    crop.faceCenterMouthWeight = this.mouthWeight;
    crop.faceIndex = this.faceIndex;
  }

  private update(tracker: ExpressionTracker, schedule: RunSchedule, dt: number): void {
    tracker.update(dt);
    this.square?.update();
    const { expressionModel } = this;
    if (expressionModel) {
      expressionModel.update();
      if (schedule.isDue(dt, tracker.faceIsThere && expressionModel.isIdle)) expressionModel.run();
    }
    this.overlay?.update(dt);
    this.announce(tracker);
  }

  /** Says what is wrong with an answer of the model, if anything. */
  private report(fault: string | undefined): void {
    if (fault === undefined) return;
    this.notices.once(
      'output',
      `the model ${fault}. Assign another export of the expression model to "Model" in the Inspector; its import ` +
        'settings must have scale 0.007843 and bias -1 for each channel.',
    );
  }

  /** Tells listeners if the expression has changed. */
  private announce({ emotion, probabilities }: Shown): void {
    const { change } = this;
    if (emotion === change.current) return;
    change.previous = change.current;
    change.current = emotion;
    change.probability = emotion === NO_EMOTION ? 0 : probabilities[emotion];
    this.triggers?.send(change);
    this.callback?.call(change);
    this.onEmotionChanged.emit(change);
  }
}
