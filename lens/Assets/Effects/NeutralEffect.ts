import { type EffectFrame, EffectStage } from './EffectStage';
import { onScreen } from './Emoji';
import { EmojiParticles } from './EmojiParticles';
import type { ExpressionEffect } from './ExpressionEffect';
import { FaceRetouch } from './FaceRetouch';
import type { ParticleMotion } from './Particles';

const PETALS: ParticleMotion = {
  rate: 1.2,
  life: [6, 8],
  size: [0.35, 0.6],
  origin: [0, 1.05, 0],
  originSpread: [1, 0.1, 0],
  velocity: [0.03, -0.25, 0],
  velocitySpread: [0.03, 0.05, 0],
  sway: 0.06,
  spin: 0.1,
};

/** Calm: a few petals drift down the screen, and the skin is a little softer. */
@component
export class NeutralEffect extends BaseScriptComponent implements ExpressionEffect {
  @input
  @hint('Full Frame Region below the orthographic camera, where the screen effect is drawn; empty: no screen effect')
  @allowUndefined
  screen!: SceneObject;

  @input('int')
  @hint('Index of the face; 0 is the first')
  faceIndex = 0;

  @input
  @hint('Number of particles; 0: none')
  @widget(new SliderWidget(0, 1, 0.01))
  particles = 1;

  @input
  @hint('Face Retouch in the scene that this effect controls; empty: the effect creates its own, which may do nothing')
  @allowUndefined
  faceRetouch!: RetouchVisual;

  @input
  @hint('How much the skin is smoothed; 0: unchanged')
  @widget(new SliderWidget(0, 1, 0.01))
  softSkin = 0.3;

  @input
  @hint('How much the teeth are whitened; 0: unchanged')
  @widget(new SliderWidget(0, 1, 0.01))
  whiteTeeth = 0;

  @input
  @hint('How much the eyes are sharpened; 0: unchanged')
  @widget(new SliderWidget(0, 1, 0.01))
  sharpEyes = 0;

  @input
  @hint('How much the whites of the eyes are whitened; 0: unchanged')
  @widget(new SliderWidget(0, 1, 0.01))
  whiteEyes = 0;

  private stage?: EffectStage;
  private petals!: EmojiParticles;
  private retouch!: FaceRetouch;

  onAwake(): void {
    const stage = new EffectStage(this, this.screen, (frame) => this.animate(frame));
    const petals = { glyphs: ['🌸', '🍃'], count: 8, opacity: 0.65, seed: 61 };
    this.petals = stage.add(new EmojiParticles(onScreen(stage.screen), petals, PETALS));
    this.retouch = stage.add(new FaceRetouch(stage.root, this.faceIndex, this.faceRetouch));
    this.stage = stage;
  }

  setIntensity(intensity: number): void {
    this.stage?.setIntensity(intensity);
  }

  private animate(frame: EffectFrame): void {
    this.petals.step(frame, this.particles);
    this.retouch.set(frame.intensity, this);
  }
}
