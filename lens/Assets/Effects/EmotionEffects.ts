import { classOf } from '../EmotionDetector/Classes';
// Not as a type only: Lens Studio finds the component behind an input through this import.
// biome-ignore lint/style/useImportType: see above
import { EmotionDetector } from '../EmotionDetector/EmotionDetector';
import { EMOTIONS, NO_EMOTION } from '../EmotionDetector/Emotions';
import { CrossFade } from './CrossFade';
import type { EffectSlot } from './EffectSlot';
import { EffectTarget } from './EffectTarget';
import { ExpressionSound } from './ExpressionSound';

/** What goes along with the cross-fade. */
interface Follower {
  readonly name: string;
  /** @param volume of sounds, 0..1. */
  follow(crossFade: CrossFade, volume: number): void;
}

/** What the Inspector holds for one class. */
interface Assigned {
  /** Of the class. */
  readonly label: string;
  readonly objects: readonly SceneObject[];
  /** Null if the creator assigned none. */
  readonly sound: AudioTrackAsset;
  /** Seconds. */
  readonly fade: number;
}

/** Of a script that is taken for a slot. */
const nameIn = (slot: ScriptComponent): string => String((slot as unknown as EffectSlot).className);

/**
 * Shows, for each expression of the face, the scene objects and plays the sound that are assigned to it. Classes with other
 * names get theirs from `EffectSlot` components; those without have no effect. Expressions cross-fade; each frame, scripts on the objects that have `setIntensity` (see `ExpressionEffect`) get a value from 0 to 1.
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
  @hint('EffectSlot components, for classes of other names, or in place of the groups above; optional')
  slots: ScriptComponent[] = [];

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
  /** For each class of the detector, which of the assigned it shows; -1: none. */
  private shown: readonly number[] = [];
  private readonly followers: Follower[] = [];

  onAwake(): void {
    // Not before all scripts are awake: those on objects that are hidden now would sleep until they are shown first.
    this.createEvent('OnStartEvent').bind(() => this.start());
  }

  private start(): void {
    const assigned = this.assigned();
    this.shown = this.match(assigned);
    this.crossFade = new CrossFade(assigned.map(({ fade }) => fade));
    const targets: EffectTarget[] = [];
    assigned.forEach(({ label, objects, sound, fade }, expression) => {
      this.addTargets(targets, objects, expression, label);
      if (!isNull(sound)) this.followers.push(new ExpressionSound(this.getSceneObject(), sound, expression, fade));
    });
    this.followers.push(...targets);
    this.createEvent('UpdateEvent').bind((event) => this.update(event.getDeltaTime()));
    this.update(0);
  }

  private update(dt: number): void {
    const current = this.effectsOn && !isNull(this.detector) ? this.detector.emotion : NO_EMOTION;
    const strength = current === NO_EMOTION ? 0 : this.detector.intensity * this.maximumStrength;
    this.crossFade.step(dt, current === NO_EMOTION ? NO_EMOTION : this.shown[current], strength);
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
  private addTargets(
    targets: EffectTarget[],
    objects: readonly SceneObject[],
    expression: number,
    label: string,
  ): void {
    objects.forEach((object, slot) => {
      if (isNull(object)) {
        print(`EmotionEffects: slot ${slot + 1} of the objects for ${label} is empty. Assign one, or remove it.`);
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

  /** @returns for each class of the detector, which of the assigned has its name; -1: none. Says what has no counterpart. */
  private match(assigned: readonly Assigned[]): number[] {
    const labels = isNull(this.detector) ? EMOTIONS : this.detector.labels;
    const names = assigned.map(({ label }) => label);
    const shown = labels.map((label) => classOf(names, label));
    const without = labels.filter((_, i) => shown[i] === -1);
    if (without.length > 0)
      print(
        `EmotionEffects: no effect for ${without.join(', ')}. Add an EffectSlot for a class to show something, and put it into "Slots".`,
      );
    for (const slot of this.slots)
      if (!isNull(slot) && classOf(labels, nameIn(slot)) === -1)
        print(
          `EmotionEffects: a slot is for "${nameIn(slot)}", but the model has no such class (${labels.join(', ')}).`,
        );
    return shown;
  }

  /** Slots first, as they take the place of groups; then those in the order of `EMOTIONS`. */
  private assigned(): Assigned[] {
    const slots = this.slots.filter((slot) => !isNull(slot)).map((slot) => slot as unknown as EffectSlot);
    return [
      ...slots.map(({ className, objects, sound, fade }) => ({ label: className, objects, sound, fade })),
      { label: 'Angry', objects: this.angryObjects, sound: this.angrySound, fade: this.angryFade },
      { label: 'Disgust', objects: this.disgustObjects, sound: this.disgustSound, fade: this.disgustFade },
      { label: 'Fear', objects: this.fearObjects, sound: this.fearSound, fade: this.fearFade },
      { label: 'Happy', objects: this.happyObjects, sound: this.happySound, fade: this.happyFade },
      { label: 'Sad', objects: this.sadObjects, sound: this.sadSound, fade: this.sadFade },
      { label: 'Surprise', objects: this.surpriseObjects, sound: this.surpriseSound, fade: this.surpriseFade },
      { label: 'Neutral', objects: this.neutralObjects, sound: this.neutralSound, fade: this.neutralFade },
    ];
  }
}
