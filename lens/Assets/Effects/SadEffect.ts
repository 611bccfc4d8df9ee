import { wave } from './Easing';
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

/** Out of the cloud, in front of the head. */
const SHOWER: ParticleMotion = {
  rate: 11,
  life: [0.8, 1],
  size: [1.1, 1.9],
  origin: [0, 15, 2],
  originSpread: [6, 0.5, 1],
  velocity: [0, -9, 0],
  velocitySpread: [0, 1.5, 0],
  acceleration: [0, -22, 0],
};

const WEEPING: SpriteLook = { sheet: SPRITE_SHEETS.Tear, opacity: 0.95 };
const DROPS: SpriteLook = { sheet: SPRITE_SHEETS.Rain, tints: [[0.66, 0.83, 1]], opacity: 0.85, pace: 10 };
const CLOUD: SpriteLook = { sheet: SPRITE_SHEETS.StormCloud, pace: 2.5 };
const STRIKE: SpriteLook = { sheet: SPRITE_SHEETS.Lightning, shines: true };

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
const TEAR_SIZE = 6;
/** Seconds that a tear runs; the eyes take turns. */
const TEAR_TIME = 2.4;
/** Seconds between strikes, and of one. */
const STRIKE_EVERY = 4.2;
const STRIKE_TIME = 0.5;

/** A storm cloud above the head, rain, tears that run down the cheeks, drooping brows, a cold light. */
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
  @hint('Sprite sheet of tears; empty: emoji')
  @allowUndefined
  tearSheet!: Texture;

  @input
  @hint('Sprite sheet of rain; empty: emoji')
  @allowUndefined
  rainSheet!: Texture;

  @input
  @hint('Sprite sheet of the cloud; empty: emoji')
  @allowUndefined
  stormCloudSheet!: Texture;

  @input
  @hint('Sprite sheet of lightning; empty: emoji')
  @allowUndefined
  lightningSheet!: Texture;

  private stage?: EffectStage;
  private tears: readonly Sticker[] = [];
  private drops: readonly FlyingPieces[] = [];
  private rain!: FlyingPieces;
  private cloud!: Sticker;
  private strike?: Sticker;
  private cold!: ScreenLight;
  private droop!: FaceStretch;

  onAwake(): void {
    const stage = new EffectStage(this, this.screen, (frame) => this.animate(frame));
    const { LeftEyeballCenter, RightEyeballCenter, HeadCenter } = AttachmentPointType;
    const art = new EffectArt(this);
    const eyes = [LeftEyeballCenter, RightEyeballCenter].map((eye) =>
      onHead(createHeadAnchor(stage.root, eye, this.faceIndex)),
    );
    const weeping = art.sprites('Tear Sheet', this.tearSheet, WEEPING);
    if (weeping) this.tears = eyes.map((eye) => stage.add(new Sticker(eye, weeping[0], TEAR_SIZE)));
    else this.drops = eyes.map((eye, i) => stage.add(new FlyingPieces(eye, emoji(['💧']), 3, 11 + i, TEARS)));
    const head = onHead(createHeadAnchor(stage.root, HeadCenter, this.faceIndex));
    const rain = art.sprites('Rain Sheet', this.rainSheet, DROPS);
    this.rain = stage.add(
      rain
        ? new FlyingPieces(head, rain, 14, 13, SHOWER)
        : new FlyingPieces(onScreen(stage.screen), emoji(['💧'], 0.7), 16, 13, RAIN),
    );
    const cloud = art.sprites('Storm Cloud Sheet', this.stormCloudSheet, CLOUD);
    const strike = art.sprites('Lightning Sheet', this.lightningSheet, STRIKE);
    if (strike) this.strike = stage.add(new Sticker(head, strike[0], 9));
    this.cloud = stage.add(cloud ? new Sticker(head, cloud[0], 17) : new Sticker(head, emoji(['🌧️'])[0], 9));
    this.cold = art.screenLight(stage, this.tint, this.vignette);
    this.droop = stage.add(new FaceStretch(stage.root, this.faceIndex, DROOP, this.warp));
    this.stage = stage;
  }

  setIntensity(intensity: number): void {
    this.stage?.setIntensity(intensity);
  }

  private animate(frame: EffectFrame): void {
    const { intensity, time } = frame;
    for (let i = 0; i < this.drops.length; i++) this.drops[i].step(frame, this.particles);
    for (let i = 0; i < this.tears.length; i++) {
      const part = (time / TEAR_TIME + i / 2) % 1;
      this.tears[i].fadeIn(frame, 0, -1 - TEAR_SIZE / 2, 1, this.particles > 0 ? 1 : 0, part);
    }
    this.rain.step(frame, this.particles);
    const drift = wave(time, 0.2);
    this.cloud.popUp(frame, drift, CLOUD_HEIGHT + 0.5 * wave(time, 0.35), 0);
    const strike = (time % STRIKE_EVERY) / STRIKE_TIME;
    this.strike?.fadeIn(
      frame,
      drift + 2 * Math.sin(9 * Math.floor(time / STRIKE_EVERY)),
      CLOUD_HEIGHT - 6,
      0,
      strike < 1 ? 1 : 0,
      Math.min(1, strike),
    );
    this.cold.set(intensity, time);
    this.droop.set(intensity * (1 + 0.08 * wave(time, 0.3)));
  }
}
