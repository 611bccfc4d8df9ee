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

const GOLD: SpriteLook = {
  sheet: SPRITE_SHEETS.Sparkle,
  tints: [
    [1, 0.83, 0.38],
    [1, 0.97, 0.82],
    [1, 0.68, 0.5],
  ],
  pace: 11,
  grow: 1.4,
};
const BEATING: SpriteLook = { sheet: SPRITE_SHEETS.Heart, opacity: 0.95, pace: 9, grow: 1.3 };
const ROSY: SpriteLook = { sheet: SPRITE_SHEETS.Blush, opacity: 0.75, pace: 4 };

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

const CHEEK_SIZE = 5;

/** Sparkles that hop around the head, hearts that rise on the screen, rosy cheeks, a warm glow, a smile. */
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
  @hint('Sprite sheet of sparkles; empty: emoji')
  @allowUndefined
  sparkleSheet!: Texture;

  @input
  @hint('Sprite sheet of hearts; empty: emoji')
  @allowUndefined
  heartSheet!: Texture;

  @input
  @hint('Sprite sheet of rosy cheeks; empty: emoji')
  @allowUndefined
  blushSheet!: Texture;

  private stage?: EffectStage;
  private sparkles!: FlyingPieces;
  private hearts!: FlyingPieces;
  private cheeks: readonly Sticker[] = [];
  private glow!: ScreenLight;
  private smile!: FaceStretch;

  onAwake(): void {
    const stage = new EffectStage(this, this.screen, (frame) => this.animate(frame));
    const art = new EffectArt(this);
    const { HeadCenter, LeftCheek, RightCheek } = AttachmentPointType;
    const head = createHeadAnchor(stage.root, HeadCenter, this.faceIndex);
    const stars = art.sprites('Sparkle Sheet', this.sparkleSheet, GOLD) ?? emoji(['✨', '⭐', '🌟']);
    this.sparkles = stage.add(new FlyingPieces(onHead(head), stars, 14, 1, SPARKLES));
    const hearts = art.sprites('Heart Sheet', this.heartSheet, BEATING) ?? emoji(['💛', '🧡'], 0.9);
    this.hearts = stage.add(new FlyingPieces(onScreen(stage.screen), hearts, 9, 2, HEARTS));
    const rosy = art.sprites('Blush Sheet', this.blushSheet, ROSY);
    if (rosy)
      this.cheeks = [LeftCheek, RightCheek].map((cheek) => {
        const place = onHead(createHeadAnchor(stage.root, cheek, this.faceIndex));
        return stage.add(new Sticker(place, rosy[0], CHEEK_SIZE));
      });
    this.glow = art.screenLight(stage, this.tint, this.vignette);
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
    for (let i = 0; i < this.cheeks.length; i++) this.cheeks[i].fadeIn(frame, 0, 0, 1, 0.9 + 0.1 * wave(time, 0.8));
    this.glow.set(intensity * (0.9 + 0.1 * wave(time, 0.5)), time);
    this.smile.set(intensity * pop(time));
  }
}
