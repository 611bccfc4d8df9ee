import { wave } from './Easing';
import { type EffectFrame, EffectStage } from './EffectStage';
import { onHead, onScreen } from './Emoji';
import { EmojiParticles } from './EmojiParticles';
import type { ExpressionEffect } from './ExpressionEffect';
import { type FaceBulge, FaceLiquify, type FaceMoves, FaceStretch } from './FaceWarp';
import type { ParticleMotion } from './Particles';
import { createChild, createHeadAnchor } from './SceneParts';
import { ScreenTint } from './ScreenTint';

const SWEAT: ParticleMotion = {
  rate: 2,
  life: [0.8, 1.2],
  size: [1, 1.6],
  origin: [0, 0, 1],
  originSpread: [1, 1, 0],
  velocity: [0, -1.5, 0],
  velocitySpread: [0.5, 0.5, 0],
  acceleration: [0, -7, 0],
};

const GHOSTS: ParticleMotion = {
  rate: 1.5,
  life: [3.5, 5],
  size: [0.8, 1.6],
  origin: [0, -0.2, 0],
  originSpread: [0.9, 0.8, 0],
  velocity: [0, 0.12, 0],
  velocitySpread: [0.08, 0.05, 0],
  sway: 0.08,
};

/** The inner ends of the brows rise, the mouth is drawn wide. */
const WORRY: FaceMoves = {
  landmarks: [
    [19, 0, 0.2],
    [20, 0, 0.4],
    [21, 0, 0.6],
    [22, 0, 0.6],
    [23, 0, 0.4],
    [24, 0, 0.2],
    [48, -0.35, -0.15],
    [54, 0.35, -0.15],
    [60, -0.3, -0.1],
    [64, 0.3, -0.1],
  ],
  otherwise: [[AttachmentPointType.MouthCenter, 0.15]],
};

const EYE_RADIUS = 2;
const EYE_BULGE = 0.2;
/** How far what is on the head trembles, in centimetres. */
const TREMBLING = 0.35;

/** Everything trembles: wide eyes, worried brows, drops of sweat; ghosts drift through a dark violet vignette. */
@component
export class FearEffect extends BaseScriptComponent implements ExpressionEffect {
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

  @input('vec4', '{0.2, 0.05, 0.35, 0.85}')
  @hint('Color over the screen; its alpha sets the strength')
  @widget(new ColorWidget())
  tint!: vec4;

  @input
  @hint('Texture whose opaque parts are tinted, such as a vignette; empty: the whole screen, more weakly')
  @allowUndefined
  vignette!: Texture;

  private stage?: EffectStage;
  private sweat!: readonly EmojiParticles[];
  private ghosts!: EmojiParticles;
  private dark!: ScreenTint;
  private eyes!: FaceLiquify;
  private worry!: FaceStretch;
  private readonly shaken: Transform[] = [];
  private readonly offset = new vec3(0, 0, 0);

  onAwake(): void {
    const stage = new EffectStage(this, this.screen, (frame) => this.animate(frame));
    const { LeftForehead, RightForehead, LeftEyeballCenter, RightEyeballCenter } = AttachmentPointType;
    this.sweat = [LeftForehead, RightForehead].map((side, i) => {
      const shaken = createChild(createHeadAnchor(stage.root, side, this.faceIndex), 'Trembling');
      this.shaken.push(shaken.getTransform());
      const sweat = { glyphs: ['💧', '💦'], count: 5, seed: 41 + i };
      return stage.add(new EmojiParticles(onHead(shaken), sweat, SWEAT));
    });
    const ghosts = { glyphs: ['👻'], count: 8, opacity: 0.75, seed: 43 };
    this.ghosts = stage.add(new EmojiParticles(onScreen(stage.screen), ghosts, GHOSTS));
    this.dark = stage.add(new ScreenTint(stage.screen, this.tint, this.vignette));
    const eyes = [LeftEyeballCenter, RightEyeballCenter].map((eye): FaceBulge => [eye, EYE_BULGE]);
    this.eyes = stage.add(new FaceLiquify(stage.root, eyes, this.faceIndex, EYE_RADIUS));
    this.worry = stage.add(new FaceStretch(stage.root, this.faceIndex, WORRY, this.warp));
    this.stage = stage;
  }

  setIntensity(intensity: number): void {
    this.stage?.setIntensity(intensity);
  }

  private animate(frame: EffectFrame): void {
    const { intensity, time } = frame;
    // Two frequencies without a common measure look like chance, and are the same at every frame rate.
    const tremble = (wave(time, 11) + wave(time, 7.3)) / 2;
    this.offset.x = TREMBLING * intensity * tremble;
    for (let i = 0; i < this.shaken.length; i++) this.shaken[i].setLocalPosition(this.offset);
    for (let i = 0; i < this.sweat.length; i++) this.sweat[i].step(frame, this.particles);
    if (frame.entered) this.ghosts.burst(Math.round(4 * this.particles));
    this.ghosts.step(frame, this.particles);
    this.dark.set(intensity * (0.9 + 0.1 * wave(time, 0.7)));
    this.eyes.set(this.warp * intensity * (1 + 0.3 * tremble));
    this.worry.set(intensity * (1 + 0.2 * tremble));
  }
}
