import { wave } from './Easing';
import { type EffectFrame, EffectStage } from './EffectStage';
import { onHead, onScreen } from './Emoji';
import { EmojiParticles } from './EmojiParticles';
import type { ExpressionEffect } from './ExpressionEffect';
import { FaceLiquify, type FaceMoves, FaceStretch } from './FaceWarp';
import type { ParticleMotion } from './Particles';
import { createHeadAnchor } from './SceneParts';
import { ScreenTint } from './ScreenTint';
import { Sticker } from './Sticker';

const BURPS: ParticleMotion = {
  rate: 4,
  life: [1.2, 1.8],
  size: [0.8, 2],
  origin: [0, 0, 3],
  originSpread: [1.5, 0.3, 0],
  velocity: [0, 5, 1],
  velocitySpread: [2, 1, 0],
  sway: 0.6,
};

const BUBBLES: ParticleMotion = {
  rate: 3,
  life: [2.5, 3.5],
  size: [0.4, 1],
  origin: [0, -1.1, 0],
  originSpread: [0.95, 0.05, 0],
  velocity: [0, 0.6, 0],
  velocitySpread: [0, 0.15, 0],
  sway: 0.06,
};

/** Upper lip and wings of the nose up, brows down. */
const WRINKLE: FaceMoves = {
  landmarks: [
    [49, 0, 0.25],
    [50, 0, 0.4],
    [51, 0, 0.4],
    [52, 0, 0.4],
    [53, 0, 0.25],
    [31, 0, 0.25],
    [35, 0, 0.25],
    [20, 0, -0.2],
    [21, 0, -0.3],
    [22, 0, -0.3],
    [23, 0, -0.2],
  ],
  otherwise: [
    [AttachmentPointType.LeftEyeballCenter, -0.12],
    [AttachmentPointType.RightEyeballCenter, -0.12],
  ],
};

const MOUTH_RADIUS = 3;
const MOUTH_PINCH = 0.2;
/** How far the pinch swings, as a part of it. */
const MOUTH_WOBBLE = 0.5;

/** A queasy green: the mouth wobbles, bubbles rise from it and over the screen, a swirl turns above the head. */
@component
export class DisgustEffect extends BaseScriptComponent implements ExpressionEffect {
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

  @input('vec4', '{0.35, 0.75, 0.2, 0.55}')
  @hint('Color over the screen; its alpha sets the strength')
  @widget(new ColorWidget())
  tint!: vec4;

  @input
  @hint('Texture whose opaque parts are tinted, such as a vignette; empty: the whole screen, more weakly')
  @allowUndefined
  vignette!: Texture;

  private stage?: EffectStage;
  private burps!: EmojiParticles;
  private bubbles!: EmojiParticles;
  private swirl!: Sticker;
  private green!: ScreenTint;
  private mouth!: FaceLiquify;
  private wrinkle!: FaceStretch;

  onAwake(): void {
    const stage = new EffectStage(this, this.screen, (frame) => this.animate(frame));
    const { MouthCenter, HeadCenter } = AttachmentPointType;
    const mouth = createHeadAnchor(stage.root, MouthCenter, this.faceIndex);
    this.burps = stage.add(new EmojiParticles(onHead(mouth), { glyphs: ['🟢', '💚'], count: 8, seed: 51 }, BURPS));
    const bubbles = { glyphs: ['🟢', '🟢', '🤢'], count: 12, opacity: 0.6, seed: 52 };
    this.bubbles = stage.add(new EmojiParticles(onScreen(stage.screen), bubbles, BUBBLES));
    const head = createHeadAnchor(stage.root, HeadCenter, this.faceIndex);
    this.swirl = stage.add(new Sticker(onHead(head), '🌀', 5));
    this.green = stage.add(new ScreenTint(stage.screen, this.tint, this.vignette));
    this.mouth = stage.add(new FaceLiquify(stage.root, [[MouthCenter, -MOUTH_PINCH]], this.faceIndex, MOUTH_RADIUS));
    this.wrinkle = stage.add(new FaceStretch(stage.root, this.faceIndex, WRINKLE, this.warp));
    this.stage = stage;
  }

  setIntensity(intensity: number): void {
    this.stage?.setIntensity(intensity);
  }

  private animate(frame: EffectFrame): void {
    const { intensity, time } = frame;
    if (frame.entered) this.burps.burst(Math.round(4 * this.particles));
    this.burps.step(frame, this.particles);
    this.bubbles.step(frame, this.particles);
    this.swirl.place(frame, 1.5 * wave(time, 0.3), 16, 0, 1, -3 * time);
    this.green.set(intensity * (0.85 + 0.15 * wave(time, 0.4)));
    this.mouth.set(this.warp * intensity * (1 + MOUTH_WOBBLE * wave(time, 0.9)));
    this.wrinkle.set(intensity);
  }
}
