// Not as a type only: Lens Studio finds the component behind an input through this import.
// biome-ignore lint/style/useImportType: see above
import { EmotionDetector } from '../EmotionDetector/EmotionDetector';
import { EMOTIONS, NO_EMOTION } from '../EmotionDetector/Emotions';
import { CrossFade } from './CrossFade';
import { EffectTarget } from './EffectTarget';
import { ExpressionSound } from './ExpressionSound';

/** What goes along with the cross-fade. */
interface Follower {
  readonly name: string;
  /** @param volume of sounds, 0..1. */
  follow(crossFade: CrossFade, volume: number): void;
}

/** What the Inspector holds for one expression. */
interface Assigned {
  readonly objects: readonly SceneObject[];
  /** Null if the creator assigned none. */
  readonly sound: AudioTrackAsset;
  /** Seconds. */
  readonly fade: number;
}

/**
 * Shows, for each expression of the face, the scene objects and plays the sound that are assigned to it. Expressions
 * cross-fade; each frame, scripts on the objects that have `setIntensity` (see `ExpressionEffect`) get a value from 0 to 1.
 */
@component
export class EmotionEffects extends BaseScriptComponent {
  @input
  @hint('The component that recognizes the expression')
  detector!: EmotionDetector;

  @ui.group_start('Happy')
  @input
  @label('Objects')
  @hint('Shown while the expression is Happy')
  happyObjects!: SceneObject[];

  @input
  @label('Sound')
  @hint('Plays once when the expression begins; optional')
  @allowUndefined
  happySound!: AudioTrackAsset;

  @input
  @label('Fade Time')
  @hint('Time to fade in and out, in seconds')
  @widget(new SliderWidget(0, 3, 0.05))
  happyFade = 0.4;

  @ui.group_end
  @ui.group_start('Sad')
  @input
  @label('Objects')
  @hint('Shown while the expression is Sad')
  sadObjects!: SceneObject[];

  @input
  @label('Sound')
  @hint('Plays once when the expression begins; optional')
  @allowUndefined
  sadSound!: AudioTrackAsset;

  @input
  @label('Fade Time')
  @hint('Time to fade in and out, in seconds')
  @widget(new SliderWidget(0, 3, 0.05))
  sadFade = 0.8;

  @ui.group_end
  @ui.group_start('Angry')
  @input
  @label('Objects')
  @hint('Shown while the expression is Angry')
  angryObjects!: SceneObject[];

  @input
  @label('Sound')
  @hint('Plays once when the expression begins; optional')
  @allowUndefined
  angrySound!: AudioTrackAsset;

  @input
  @label('Fade Time')
  @hint('Time to fade in and out, in seconds')
  @widget(new SliderWidget(0, 3, 0.05))
  angryFade = 0.4;

  @ui.group_end
  @ui.group_start('Surprise')
  @input
  @label('Objects')
  @hint('Shown while the expression is Surprise')
  surpriseObjects!: SceneObject[];

  @input
  @label('Sound')
  @hint('Plays once when the expression begins; optional')
  @allowUndefined
  surpriseSound!: AudioTrackAsset;

  @input
  @label('Fade Time')
  @hint('Time to fade in and out, in seconds')
  @widget(new SliderWidget(0, 3, 0.05))
  surpriseFade = 0.25;

  @ui.group_end
  @ui.group_start('Fear')
  @input
  @label('Objects')
  @hint('Shown while the expression is Fear')
  fearObjects!: SceneObject[];

  @input
  @label('Sound')
  @hint('Plays once when the expression begins; optional')
  @allowUndefined
  fearSound!: AudioTrackAsset;

  @input
  @label('Fade Time')
  @hint('Time to fade in and out, in seconds')
  @widget(new SliderWidget(0, 3, 0.05))
  fearFade = 0.5;

  @ui.group_end
  @ui.group_start('Disgust')
  @input
  @label('Objects')
  @hint('Shown while the expression is Disgust')
  disgustObjects!: SceneObject[];

  @input
  @label('Sound')
  @hint('Plays once when the expression begins; optional')
  @allowUndefined
  disgustSound!: AudioTrackAsset;

  @input
  @label('Fade Time')
  @hint('Time to fade in and out, in seconds')
  @widget(new SliderWidget(0, 3, 0.05))
  disgustFade = 0.5;

  @ui.group_end
  @ui.group_start('Neutral')
  @input
  @label('Objects')
  @hint('Shown while the expression is Neutral')
  neutralObjects!: SceneObject[];

  @input
  @label('Sound')
  @hint('Plays once when the expression begins; optional')
  @allowUndefined
  neutralSound!: AudioTrackAsset;

  @input
  @label('Fade Time')
  @hint('Time to fade in and out, in seconds')
  @widget(new SliderWidget(0, 3, 0.05))
  neutralFade = 1.2;

  @ui.group_end
  @input
  @hint('Off: all effects fade out')
  effectsOn = true;

  @input
  @hint('Strength of the effects for a very clear expression')
  @widget(new SliderWidget(0, 1, 0.01))
  maximumStrength = 1;

  @input
  @hint('Volume of all sounds; 0: none')
  @widget(new SliderWidget(0, 1, 0.01))
  soundVolume = 0.7;

  private crossFade!: CrossFade;
  private readonly followers: Follower[] = [];

  onAwake(): void {
    // Not before all scripts are awake: those on objects that are hidden now would sleep until they are shown first.
    this.createEvent('OnStartEvent').bind(() => this.start());
  }

  private start(): void {
    const assigned = this.assigned();
    this.crossFade = new CrossFade(assigned.map(({ fade }) => fade));
    const targets: EffectTarget[] = [];
    assigned.forEach(({ objects, sound, fade }, expression) => {
      this.addTargets(targets, objects, expression);
      if (!isNull(sound)) this.followers.push(new ExpressionSound(this.getSceneObject(), sound, expression, fade));
    });
    this.followers.push(...targets);
    this.createEvent('UpdateEvent').bind((event) => this.update(event.getDeltaTime()));
    this.update(0);
  }

  private update(dt: number): void {
    const current = this.effectsOn && !isNull(this.detector) ? this.detector.emotion : NO_EMOTION;
    const strength = current === NO_EMOTION ? 0 : this.detector.intensity * this.maximumStrength;
    this.crossFade.step(dt, current, strength);
    for (let i = this.followers.length - 1; i >= 0; i--) this.lead(i);
  }

  /** What fails is told once and left out from then on. */
  private lead(index: number): void {
    const follower = this.followers[index];
    try {
      follower.follow(this.crossFade, this.soundVolume);
    } catch (error) {
      this.followers.splice(index, 1);
      print(`EmotionEffects: ${follower.name} failed and is no longer used (${error}).`);
    }
  }

  /** An object may be assigned to several expressions. */
  private addTargets(targets: EffectTarget[], objects: readonly SceneObject[], expression: number): void {
    objects.forEach((object, slot) => {
      if (isNull(object)) {
        print(
          `EmotionEffects: slot ${slot + 1} of the objects for ${EMOTIONS[expression]} is empty. Assign one, or remove it.`,
        );
        return;
      }
      let target = targets.find((one) => one.object.isSame(object));
      if (target === undefined) {
        target = new EffectTarget(object);
        targets.push(target);
      }
      target.showFor(expression);
    });
  }

  /** In the order of `EMOTIONS`. */
  private assigned(): Assigned[] {
    return [
      { objects: this.angryObjects, sound: this.angrySound, fade: this.angryFade },
      { objects: this.disgustObjects, sound: this.disgustSound, fade: this.disgustFade },
      { objects: this.fearObjects, sound: this.fearSound, fade: this.fearFade },
      { objects: this.happyObjects, sound: this.happySound, fade: this.happyFade },
      { objects: this.sadObjects, sound: this.sadSound, fade: this.sadFade },
      { objects: this.surpriseObjects, sound: this.surpriseSound, fade: this.surpriseFade },
      { objects: this.neutralObjects, sound: this.neutralSound, fade: this.neutralFade },
    ];
  }
}
