import { EffectArt } from './EffectArt';
import { type EffectFrame, EffectStage } from './EffectStage';
import { emoji } from './Emoji';
import type { ExpressionEffect } from './ExpressionEffect';
import { FaceRetouch } from './FaceRetouch';
import { FlyingPieces } from './FlyingPieces';
import type { ParticleMotion } from './Particles';
import { onScreen } from './Piece';
import type { ScreenLight } from './ScreenEffect';
import type { SpriteLook } from './Sprite';
import { SPRITE_SHEETS } from './SpriteSheets';

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

/** Some are there from the start. */
const BLOSSOMS: ParticleMotion = { ...PETALS, rate: 1.6, origin: [0, 0.7, 0], originSpread: [1, 0.5, 0] };

const BLOSSOM: SpriteLook = {
  sheet: SPRITE_SHEETS.Petal,
  tints: [
    [1, 0.66, 0.78],
    [1, 0.82, 0.88],
    [1, 0.56, 0.7],
  ],
  opacity: 0.9,
  pace: 6,
  grow: 2.1,
};

/** Calm: a few petals drift down the screen in a soft light, and the skin is a little softer. */
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

  @input
  @label('Sprite Material')
  @hint('Material of the sprites; empty: emoji')
  @allowUndefined
  spriteMaterial!: Material;

  @input
  @label('Screen Material')
  @hint('Material that changes the whole screen, in place of the tint; empty: the tint')
  @allowUndefined
  screenMaterial!: Material;

  @input
  @hint('Sprite sheet of petals; empty: emoji')
  @allowUndefined
  petalSheet!: Texture;

  private stage?: EffectStage;
  private petals!: FlyingPieces;
  private light?: ScreenLight;
  private retouch!: FaceRetouch;

  onAwake(): void {
    const stage = new EffectStage(this, this.screen, (frame) => this.animate(frame));
    const art = new EffectArt(this);
    const blossom = art.sprites('Petal Sheet', this.petalSheet, BLOSSOM);
    const screen = onScreen(stage.screen);
    this.petals = stage.add(
      blossom
        ? new FlyingPieces(screen, blossom, 10, 61, BLOSSOMS)
        : new FlyingPieces(screen, emoji(['🌸', '🍃'], 0.65), 8, 61, PETALS),
    );
    this.light = art.screenEffect(stage);
    this.retouch = stage.add(new FaceRetouch(stage.root, this.faceIndex, this.faceRetouch));
    this.stage = stage;
  }

  setIntensity(intensity: number): void {
    this.stage?.setIntensity(intensity);
  }

  private animate(frame: EffectFrame): void {
    if (frame.entered) this.petals.burst(Math.round(3 * this.particles));
    this.petals.step(frame, this.particles);
    this.light?.set(frame.intensity, frame.time);
    this.retouch.set(frame.intensity, this);
  }
}
