import { pop, wave } from './Easing';
import { type EffectFrame, EffectStage } from './EffectStage';
import { onHead, onScreen } from './Emoji';
import { EmojiParticles } from './EmojiParticles';
import type { ExpressionEffect } from './ExpressionEffect';
import { type FaceBulge, FaceLiquify, type FaceMoves, FaceStretch } from './FaceWarp';
import type { ParticleMotion } from './Particles';
import { createHeadAnchor } from './SceneParts';
import { ScreenTint } from './ScreenTint';
import { Sticker } from './Sticker';

const CONFETTI: ParticleMotion = {
  rate: 3,
  life: [2, 2.6],
  size: [0.5, 1.1],
  origin: [0, -1.1, 0],
  originSpread: [0.9, 0.05, 0],
  velocity: [0, 2.6, 0],
  velocitySpread: [0.5, 0.6, 0],
  acceleration: [0, -2.4, 0],
  spin: 1,
};

/** Brows up, lower lip and chin down. */
const AMAZED: FaceMoves = {
  landmarks: [
    [17, 0, 0.4],
    [18, 0, 0.6],
    [19, 0, 0.75],
    [20, 0, 0.7],
    [21, 0, 0.55],
    [22, 0, 0.55],
    [23, 0, 0.7],
    [24, 0, 0.75],
    [25, 0, 0.6],
    [26, 0, 0.4],
    [56, 0, -0.35],
    [57, 0, -0.4],
    [58, 0, -0.35],
    [8, 0, -0.3],
  ],
  otherwise: [[AttachmentPointType.MouthCenter, 0.3]],
};

const EYE_RADIUS = 2.2;
const EYE_BULGE = 0.5;

/** Large eyes, raised brows, bursts of confetti, a flash of light. */
@component
export class SurpriseEffect extends BaseScriptComponent implements ExpressionEffect {
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

  @input('vec4', '{1, 0.93, 0.6, 0.45}')
  @hint('Color over the screen; its alpha sets the strength')
  @widget(new ColorWidget())
  tint!: vec4;

  @input
  @hint('Texture whose opaque parts are tinted, such as a vignette; empty: the whole screen, more weakly')
  @allowUndefined
  vignette!: Texture;

  private stage?: EffectStage;
  private confetti!: EmojiParticles;
  private sign!: Sticker;
  private light!: ScreenTint;
  private eyes!: FaceLiquify;
  private amazed!: FaceStretch;

  onAwake(): void {
    const stage = new EffectStage(this, this.screen, (frame) => this.animate(frame));
    const { LeftEyeballCenter, RightEyeballCenter, HeadCenter } = AttachmentPointType;
    const confetti = { glyphs: ['🎉', '⭐', '🎊', '🎈', '💫'], count: 22, seed: 31 };
    this.confetti = stage.add(new EmojiParticles(onScreen(stage.screen), confetti, CONFETTI));
    const head = createHeadAnchor(stage.root, HeadCenter, this.faceIndex);
    this.sign = stage.add(new Sticker(onHead(head), '❗', 6));
    this.light = stage.add(new ScreenTint(stage.screen, this.tint, this.vignette));
    const eyes = [LeftEyeballCenter, RightEyeballCenter].map((eye): FaceBulge => [eye, EYE_BULGE]);
    this.eyes = stage.add(new FaceLiquify(stage.root, eyes, this.faceIndex, EYE_RADIUS));
    this.amazed = stage.add(new FaceStretch(stage.root, this.faceIndex, AMAZED, this.warp));
    this.stage = stage;
  }

  setIntensity(intensity: number): void {
    this.stage?.setIntensity(intensity);
  }

  private animate(frame: EffectFrame): void {
    const { intensity, time } = frame;
    const opening = intensity * pop(time);
    if (frame.entered) this.confetti.burst(Math.round(16 * this.particles));
    this.confetti.step(frame, this.particles);
    this.sign.place(frame, 0, 17, 0, 1 + 0.06 * wave(time, 1.2), 0.12 * wave(time, 0.8));
    this.light.set(intensity * (0.5 + 1.5 * Math.exp(-4 * time)));
    this.eyes.set(this.warp * opening);
    this.amazed.set(opening);
  }
}
