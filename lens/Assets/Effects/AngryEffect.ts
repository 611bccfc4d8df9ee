import { pop, wave } from './Easing';
import { EffectArt } from './EffectArt';
import { type EffectFrame, EffectStage } from './EffectStage';
import { emoji } from './Emoji';
import type { ExpressionEffect } from './ExpressionEffect';
import { type FaceMoves, FaceStretch } from './FaceWarp';
import { FlyingPieces } from './FlyingPieces';
import type { ParticleMotion } from './Particles';
import { onHead, onScreen } from './Piece';
import { createHeadAnchor } from './SceneParts';
import type { ScreenLight } from './ScreenEffect';
import type { SpriteLook } from './Sprite';
import { SPRITE_SHEETS } from './SpriteSheets';
import { Sticker } from './Sticker';

/** @param side 1 or -1. */
const steam = (side: number): ParticleMotion => ({
  rate: 5,
  life: [0.9, 1.2],
  size: [2, 4],
  origin: [9 * side, 1, 0],
  originSpread: [0.3, 0.8, 0],
  velocity: [22 * side, 7, 0],
  velocitySpread: [4, 4, 0],
  acceleration: [0, 3, 0],
  drag: 2.5,
  spin: 0.15,
});

const EMBERS: ParticleMotion = {
  rate: 4,
  life: [1.2, 1.8],
  size: [0.4, 0.8],
  origin: [0, -1.1, 0],
  originSpread: [0.95, 0.05, 0],
  velocity: [0, 0.6, 0],
  velocitySpread: [0.1, 0.2, 0],
  sway: 0.03,
};

const HOT_STEAM: SpriteLook = {
  sheet: SPRITE_SHEETS.Steam,
  tints: [
    [1, 0.98, 0.96],
    [1, 0.92, 0.88],
  ],
  opacity: 0.85,
  grow: 2.6,
};
const GLOWING: SpriteLook = {
  sheet: SPRITE_SHEETS.Sparkle,
  tints: [
    [1, 0.34, 0.08],
    [1, 0.56, 0.12],
  ],
  pace: 13,
  grow: 1.7,
};
const MARK: SpriteLook = { sheet: SPRITE_SHEETS.Anger, pace: 6 };

/** The inner ends of the brows sink, the eyelids come closer. */
const GLARE: FaceMoves = {
  landmarks: [
    [19, 0, -0.2],
    [20, 0.1, -0.45],
    [21, 0.2, -0.6],
    [22, -0.2, -0.6],
    [23, -0.1, -0.45],
    [24, 0, -0.2],
    [37, 0, -0.15],
    [38, 0, -0.2],
    [43, 0, -0.2],
    [44, 0, -0.15],
    [40, 0, 0.1],
    [41, 0, 0.1],
    [46, 0, 0.1],
    [47, 0, 0.1],
  ],
  otherwise: [
    [AttachmentPointType.LeftEyeballCenter, -0.15],
    [AttachmentPointType.RightEyeballCenter, -0.15],
  ],
};

const BEATS_PER_SECOND = 1.4;

/** Steam from both sides of the head, brows drawn down, narrow eyes, embers, a red light that throbs. */
@component
export class AngryEffect extends BaseScriptComponent implements ExpressionEffect {
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

  @input('vec4', '{0.95, 0.12, 0.08, 0.6}')
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
  @hint('Sprite sheet of steam; empty: emoji')
  @allowUndefined
  steamSheet!: Texture;

  @input
  @hint('Sprite sheet of embers; empty: emoji')
  @allowUndefined
  sparkleSheet!: Texture;

  @input
  @hint('Sprite sheet of the mark of anger; empty: emoji')
  @allowUndefined
  angerSheet!: Texture;

  private stage?: EffectStage;
  private puffs!: readonly FlyingPieces[];
  private embers!: FlyingPieces;
  private sign!: Sticker;
  private heat!: ScreenLight;
  private glare!: FaceStretch;

  onAwake(): void {
    const stage = new EffectStage(this, this.screen, (frame) => this.animate(frame));
    const art = new EffectArt(this);
    const head = onHead(createHeadAnchor(stage.root, AttachmentPointType.HeadCenter, this.faceIndex));
    const puff = art.sprites('Steam Sheet', this.steamSheet, HOT_STEAM) ?? emoji(['☁️'], 0.85);
    this.puffs = [1, -1].map((side) => stage.add(new FlyingPieces(head, puff, 7, 22 + side, steam(side))));
    const embers = art.sprites('Sparkle Sheet', this.sparkleSheet, GLOWING) ?? emoji(['🔥'], 0.9);
    this.embers = stage.add(new FlyingPieces(onScreen(stage.screen), embers, 8, 24, EMBERS));
    const [mark] = art.sprites('Anger Sheet', this.angerSheet, MARK) ?? emoji(['💢']);
    this.sign = stage.add(new Sticker(head, mark, 4.5));
    this.heat = art.screenLight(stage, this.tint, this.vignette);
    this.glare = stage.add(new FaceStretch(stage.root, this.faceIndex, GLARE, this.warp));
    this.stage = stage;
  }

  setIntensity(intensity: number): void {
    this.stage?.setIntensity(intensity);
  }

  private animate(frame: EffectFrame): void {
    const { intensity, time } = frame;
    const beat = Math.max(0, wave(time, BEATS_PER_SECOND));
    for (let i = 0; i < this.puffs.length; i++) {
      if (frame.entered) this.puffs[i].burst(Math.round(4 * this.particles));
      this.puffs[i].step(frame, this.particles);
    }
    this.embers.step(frame, this.particles);
    this.sign.popUp(frame, 6, 11, 6, 1 + 0.2 * beat);
    this.heat.set(intensity * (0.75 + 0.25 * beat), time);
    this.glare.set(intensity * pop(time));
  }
}
