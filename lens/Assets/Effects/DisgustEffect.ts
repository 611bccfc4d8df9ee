import { wave } from './Easing';
import { EffectArt } from './EffectArt';
import { type EffectFrame, EffectStage } from './EffectStage';
import { emoji } from './Emoji';
import type { ExpressionEffect } from './ExpressionEffect';
import { FaceLiquify, type FaceMoves, FaceStretch } from './FaceWarp';
import { FlyingPieces } from './FlyingPieces';
import type { ParticleMotion } from './Particles';
import { onHead, onScreen } from './Piece';
import { createHeadAnchor } from './SceneParts';
import type { ScreenLight } from './ScreenEffect';
import type { SpriteLook } from './Sprite';
import { SPRITE_SHEETS } from './SpriteSheets';
import { Sticker } from './Sticker';

const BURPS: ParticleMotion = {
  rate: 3,
  life: [1.2, 1.8],
  size: [0.8, 2],
  origin: [0, -1.2, 3],
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

/** Rise from the top of the head. */
const FUMES: ParticleMotion = {
  rate: 3,
  life: [1.6, 2.2],
  size: [3.5, 6],
  origin: [0, 10, 0],
  originSpread: [6, 1, 0],
  velocity: [0, 3.5, 0],
  velocitySpread: [1, 1, 0],
  sway: 1.2,
  spin: 0.1,
};

const SLIMY: SpriteLook = {
  sheet: SPRITE_SHEETS.Bubble,
  tints: [
    [0.62, 0.95, 0.3],
    [0.45, 0.8, 0.22],
    [0.8, 0.95, 0.4],
  ],
  opacity: 0.9,
  pace: 7,
  grow: 1.4,
};
const STENCH: SpriteLook = {
  sheet: SPRITE_SHEETS.Steam,
  tints: [
    [0.6, 0.82, 0.3],
    [0.5, 0.66, 0.22],
  ],
  opacity: 0.6,
  grow: 1.3,
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

/** A queasy green that sways: the mouth wobbles, bubbles rise from it and over the screen, fumes from the head. */
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
  @hint('Sprite sheet of bubbles; empty: emoji')
  @allowUndefined
  bubbleSheet!: Texture;

  @input
  @hint('Sprite sheet of fumes; empty: emoji')
  @allowUndefined
  steamSheet!: Texture;

  private stage?: EffectStage;
  private burps!: FlyingPieces;
  private bubbles!: FlyingPieces;
  private fumes?: FlyingPieces;
  private swirl?: Sticker;
  private green!: ScreenLight;
  private mouth!: FaceLiquify;
  private wrinkle!: FaceStretch;

  onAwake(): void {
    const stage = new EffectStage(this, this.screen, (frame) => this.animate(frame));
    const { MouthCenter, HeadCenter } = AttachmentPointType;
    const art = new EffectArt(this);
    const mouth = onHead(createHeadAnchor(stage.root, MouthCenter, this.faceIndex));
    const slimy = art.sprites('Bubble Sheet', this.bubbleSheet, SLIMY);
    this.burps = stage.add(new FlyingPieces(mouth, slimy ?? emoji(['🟢', '💚']), 8, 51, BURPS));
    const bubbles = slimy ?? emoji(['🟢', '🟢', '🤢'], 0.6);
    this.bubbles = stage.add(new FlyingPieces(onScreen(stage.screen), bubbles, slimy ? 10 : 12, 52, BUBBLES));
    const head = onHead(createHeadAnchor(stage.root, HeadCenter, this.faceIndex));
    const stench = art.sprites('Steam Sheet', this.steamSheet, STENCH);
    if (stench) this.fumes = stage.add(new FlyingPieces(head, stench, 7, 53, FUMES));
    else this.swirl = stage.add(new Sticker(head, emoji(['🌀'])[0], 5));
    this.green = art.screenLight(stage, this.tint, this.vignette);
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
    this.fumes?.step(frame, this.particles);
    this.swirl?.popUp(frame, 1.5 * wave(time, 0.3), 16, 0, 1, -3 * time);
    this.green.set(intensity * (0.85 + 0.15 * wave(time, 0.4)), time);
    this.mouth.set(this.warp * intensity * (1 + MOUTH_WOBBLE * wave(time, 0.9)));
    this.wrinkle.set(intensity);
  }
}
