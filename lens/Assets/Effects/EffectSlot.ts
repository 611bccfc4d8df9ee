/**
 * What is shown and played for one class of the model, whatever its name is. Add one such component for each class to any
 * object, and put it into the list "Slots" of `EmotionEffects`.
 */
@component
export class EffectSlot extends BaseScriptComponent {
  @input
  @label('Class')
  @hint('Name of the class, one of the Labels of EmotionDetector')
  className: string = '';

  @input
  @hint('Shown while it is this class')
  objects!: SceneObject[];

  @input
  @hint('Plays once when the class begins; optional')
  @allowUndefined
  sound!: AudioTrackAsset;

  @input
  @label('Fade Time')
  @hint('Time to fade in and out, in seconds')
  @widget(new SliderWidget(0, 3, 0.05))
  fade = 0.4;
}
