import { pop, wave } from './Easing';
import { type EffectFrame, EffectStage } from './EffectStage';
import { onHead, onScreen } from './Emoji';
import { EmojiParticles } from './EmojiParticles';
import type { ExpressionEffect } from './ExpressionEffect';
import { type FaceMoves, FaceStretch } from './FaceWarp';
import type { ParticleMotion } from './Particles';
import { createHeadAnchor } from './SceneParts';
import { ScreenTint } from './ScreenTint';

const SPARKLES: ParticleMotion = {
  rate: 9,
  life: [1, 1.5],
  size: [1.6, 3],
  origin: [0, 6, 2],
  originSpread: [10, 4, 2],
  velocity: [0, 9, 0],
  velocitySpread: [5, 3, 0],
  acceleration: [0, -16, 0],
  spin: 0.4,
};

const HEARTS: ParticleMotion = {
  rate: 3,
  life: [2.4, 3.2],
  size: [0.5, 1],
  origin: [0, -1.1, 0],
  originSpread: [0.95, 0.05, 0],
  velocity: [0, 0.7, 0],
  velocitySpread: [0, 0.2, 0],
  sway: 0.05,
};

const SMILE: FaceMoves = {
  landmarks: [
    [48, -0.3, 0.7],
    [54, 0.3, 0.7],
    [49, -0.1, 0.35],
    [53, 0.1, 0.35],
    [59, -0.1, 0.3],
    [55, 0.1, 0.3],
    [60, -0.25, 0.6],
    [64, 0.25, 0.6],
  ],
  otherwise: [
    [AttachmentPointType.MouthCenter, 0.25],
    [AttachmentPointType.LeftCheek, 0.15],
    [AttachmentPointType.RightCheek, 0.15],
  ],
};

/** Sparkles that hop around the head, hearts that rise on the screen, a warm glow, corners of the mouth lifted. */
@component
export class HappyEffect extends BaseScriptComponent implements ExpressionEffect {
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
  @hint('How far parts of the face move; 0: not at all')
  @widget(new SliderWidget(0, 2, 0.01))
  warp = 1;

  @input('vec4', '{1, 0.76, 0.28, 0.5}')
  @hint('Color over the screen; its alpha sets the strength')
  @widget(new ColorWidget())
  tint!: vec4;

  @input
  @hint('Texture whose opaque parts are tinted, such as a vignette; empty: the whole screen, more weakly')
  @allowUndefined
  vignette!: Texture;

  private stage?: EffectStage;
  private sparkles!: EmojiParticles;
  private hearts!: EmojiParticles;
  private glow!: ScreenTint;
  private smile!: FaceStretch;

  onAwake(): void {
    const stage = new EffectStage(this, this.screen, (frame) => this.animate(frame));
    const head = createHeadAnchor(stage.root, AttachmentPointType.HeadCenter, this.faceIndex);
    const stars = { glyphs: ['✨', '⭐', '🌟'], count: 14, seed: 1 };
    this.sparkles = stage.add(new EmojiParticles(onHead(head), stars, SPARKLES));
    const hearts = { glyphs: ['💛', '🧡'], count: 10, opacity: 0.9, seed: 2 };
    this.hearts = stage.add(new EmojiParticles(onScreen(stage.screen), hearts, HEARTS));
    this.glow = stage.add(new ScreenTint(stage.screen, this.tint, this.vignette));
    this.smile = stage.add(new FaceStretch(stage.root, this.faceIndex, SMILE, this.warp));
    this.stage = stage;
  }

  setIntensity(intensity: number): void {
    this.stage?.setIntensity(intensity);
  }

  private animate(frame: EffectFrame): void {
    const { intensity, time } = frame;
    if (frame.entered) this.sparkles.burst(Math.round(9 * this.particles));
    this.sparkles.step(frame, this.particles);
    this.hearts.step(frame, this.particles);
    this.glow.set(intensity * (0.9 + 0.1 * wave(time, 0.5)));
    this.smile.set(intensity * pop(time));
  }
}
