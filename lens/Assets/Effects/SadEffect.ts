import { wave } from './Easing';
import { type EffectFrame, EffectStage } from './EffectStage';
import { onHead, onScreen } from './Emoji';
import { EmojiParticles } from './EmojiParticles';
import type { ExpressionEffect } from './ExpressionEffect';
import { type FaceMoves, FaceStretch } from './FaceWarp';
import type { ParticleMotion } from './Particles';
import { createHeadAnchor } from './SceneParts';
import { ScreenTint } from './ScreenTint';
import { Sticker } from './Sticker';

const TEARS: ParticleMotion = {
  rate: 1.4,
  life: [1.2, 1.6],
  size: [0.9, 1.3],
  origin: [0, -1.6, 1.5],
  originSpread: [0.5, 0.1, 0],
  velocity: [0, -1, 0],
  velocitySpread: [0, 0.4, 0],
  acceleration: [0, -5, 0],
};

const RAIN: ParticleMotion = {
  rate: 8,
  life: [1.7, 2],
  size: [0.35, 0.7],
  origin: [0.1, 1.1, 0],
  originSpread: [1, 0.1, 0],
  velocity: [-0.08, -1.3, 0],
  velocitySpread: [0, 0.15, 0],
};

/** The outer ends of the brows sink and the inner ones rise; the corners of the mouth sink. */
const DROOP: FaceMoves = {
  landmarks: [
    [17, 0, -0.5],
    [18, 0, -0.25],
    [20, 0, 0.25],
    [21, 0, 0.5],
    [22, 0, 0.5],
    [23, 0, 0.25],
    [25, 0, -0.25],
    [26, 0, -0.5],
    [48, 0, -0.45],
    [54, 0, -0.45],
    [60, 0, -0.4],
    [64, 0, -0.4],
  ],
  otherwise: [[AttachmentPointType.MouthCenter, -0.15]],
};

const CLOUD_HEIGHT = 17;

/** A rain cloud above the head, rain on the screen, a tear below each eye, drooping brows, a cool blue light. */
@component
export class SadEffect extends BaseScriptComponent implements ExpressionEffect {
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

  @input('vec4', '{0.25, 0.45, 0.85, 0.6}')
  @hint('Color over the screen; its alpha sets the strength')
  @widget(new ColorWidget())
  tint!: vec4;

  @input
  @hint('Texture whose opaque parts are tinted, such as a vignette; empty: the whole screen, more weakly')
  @allowUndefined
  vignette!: Texture;

  private stage?: EffectStage;
  private tears!: readonly EmojiParticles[];
  private rain!: EmojiParticles;
  private cloud!: Sticker;
  private cold!: ScreenTint;
  private droop!: FaceStretch;

  onAwake(): void {
    const stage = new EffectStage(this, this.screen, (frame) => this.animate(frame));
    const { LeftEyeballCenter, RightEyeballCenter, HeadCenter } = AttachmentPointType;
    this.tears = [LeftEyeballCenter, RightEyeballCenter].map((eye, i) => {
      const below = onHead(createHeadAnchor(stage.root, eye, this.faceIndex));
      return stage.add(new EmojiParticles(below, { glyphs: ['💧'], count: 3, seed: 11 + i }, TEARS));
    });
    const rain = { glyphs: ['💧'], count: 16, opacity: 0.7, seed: 13 };
    this.rain = stage.add(new EmojiParticles(onScreen(stage.screen), rain, RAIN));
    const head = createHeadAnchor(stage.root, HeadCenter, this.faceIndex);
    this.cloud = stage.add(new Sticker(onHead(head), '🌧️', 9));
    this.cold = stage.add(new ScreenTint(stage.screen, this.tint, this.vignette));
    this.droop = stage.add(new FaceStretch(stage.root, this.faceIndex, DROOP, this.warp));
    this.stage = stage;
  }

  setIntensity(intensity: number): void {
    this.stage?.setIntensity(intensity);
  }

  private animate(frame: EffectFrame): void {
    const { intensity, time } = frame;
    for (let i = 0; i < this.tears.length; i++) this.tears[i].step(frame, this.particles);
    this.rain.step(frame, this.particles);
    this.cloud.place(frame, wave(time, 0.2), CLOUD_HEIGHT + 0.5 * wave(time, 0.35), 0);
    this.cold.set(intensity);
    this.droop.set(intensity * (1 + 0.08 * wave(time, 0.3)));
  }
}
