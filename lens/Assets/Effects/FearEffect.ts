import { wave } from './Easing';
import { EffectArt } from './EffectArt';
import { type EffectFrame, EffectStage } from './EffectStage';
import { emoji } from './Emoji';
import type { ExpressionEffect } from './ExpressionEffect';
import { type FaceBulge, FaceLiquify, type FaceMoves, FaceStretch } from './FaceWarp';
import { FlyingPieces } from './FlyingPieces';
import type { ParticleMotion } from './Particles';
import { onHead, onScreen } from './Piece';
import { createChild, createHeadAnchor } from './SceneParts';
import type { ScreenLight } from './ScreenEffect';
import type { SpriteLook } from './Sprite';
import { SPRITE_SHEETS } from './SpriteSheets';

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

const COLD_SWEAT: SpriteLook = { sheet: SPRITE_SHEETS.Rain, tints: [[0.78, 0.9, 1]], opacity: 0.95, pace: 10 };
const DARK_MIST: SpriteLook = {
  sheet: SPRITE_SHEETS.Steam,
  tints: [
    [0.3, 0.26, 0.42],
    [0.2, 0.24, 0.36],
  ],
  opacity: 0.3,
  grow: 2.2,
};
/** Mist is larger than ghosts, and creeps in from below. */
const MIST: ParticleMotion = {
  ...GHOSTS,
  size: [3.5, 6],
  origin: [0, -0.85, 0],
  originSpread: [1, 0.2, 0],
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

/** Everything trembles: wide eyes, worried brows, drops of sweat; mist creeps through a tunnel that closes in. */
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
  @hint('Sprite sheet of sweat; empty: emoji')
  @allowUndefined
  rainSheet!: Texture;

  @input
  @hint('Sprite sheet of mist; empty: emoji')
  @allowUndefined
  steamSheet!: Texture;

  private stage?: EffectStage;
  private sweat!: readonly FlyingPieces[];
  private ghosts!: FlyingPieces;
  private dark!: ScreenLight;
  private eyes!: FaceLiquify;
  private worry!: FaceStretch;
  private readonly shaken: Transform[] = [];
  private readonly offset = new vec3(0, 0, 0);

  onAwake(): void {
    const stage = new EffectStage(this, this.screen, (frame) => this.animate(frame));
    const { LeftForehead, RightForehead, LeftEyeballCenter, RightEyeballCenter } = AttachmentPointType;
    const art = new EffectArt(this);
    const sweat = art.sprites('Rain Sheet', this.rainSheet, COLD_SWEAT) ?? emoji(['💧', '💦']);
    this.sweat = [LeftForehead, RightForehead].map((side, i) => {
      const shaken = createChild(createHeadAnchor(stage.root, side, this.faceIndex), 'Trembling');
      this.shaken.push(shaken.getTransform());
      return stage.add(new FlyingPieces(onHead(shaken), sweat, 5, 41 + i, SWEAT));
    });
    const mist = art.sprites('Steam Sheet', this.steamSheet, DARK_MIST);
    const screen = onScreen(stage.screen);
    this.ghosts = stage.add(
      mist ? new FlyingPieces(screen, mist, 8, 43, MIST) : new FlyingPieces(screen, emoji(['👻'], 0.75), 8, 43, GHOSTS),
    );
    this.dark = art.screenLight(stage, this.tint, this.vignette);
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
    this.dark.set(intensity * (0.9 + 0.1 * wave(time, 0.7)), time);
    this.eyes.set(this.warp * intensity * (1 + 0.3 * tremble));
    this.worry.set(intensity * (1 + 0.2 * tremble));
  }
}
