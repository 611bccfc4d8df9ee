import { pop, smoothstep, wave } from './Easing';
import { EffectArt } from './EffectArt';
import { type EffectFrame, EffectStage } from './EffectStage';
import { emoji } from './Emoji';
import type { ExpressionEffect } from './ExpressionEffect';
import { type FaceBulge, FaceLiquify, type FaceMoves, FaceStretch } from './FaceWarp';
import { FlyingPieces } from './FlyingPieces';
import type { ParticleMotion } from './Particles';
import { onHead, onScreen } from './Piece';
import { createHeadAnchor } from './SceneParts';
import type { ScreenLight } from './ScreenEffect';
import type { SpriteLook } from './Sprite';
import { SPRITE_SHEETS } from './SpriteSheets';
import { Sticker } from './Sticker';

const CONFETTI: ParticleMotion = {
  rate: 5,
  life: [2, 2.6],
  size: [0.5, 1.1],
  origin: [0, -1.1, 0],
  originSpread: [0.9, 0.05, 0],
  velocity: [0, 2.6, 0],
  velocitySpread: [0.5, 0.6, 0],
  acceleration: [0, -2.4, 0],
  spin: 1,
};

/** Around the head. */
const STARS: ParticleMotion = {
  rate: 2.5,
  life: [1, 1.5],
  size: [1.8, 3.2],
  origin: [0, 5, 0],
  originSpread: [8, 3, 1],
  velocity: [0, 12, 0],
  velocitySpread: [10, 5, 0],
  acceleration: [0, -20, 0],
  spin: 0.5,
};

const PAPER: SpriteLook = {
  sheet: SPRITE_SHEETS.Confetti,
  tints: [
    [1, 0.4, 0.42],
    [1, 0.86, 0.25],
    [0.4, 0.95, 0.6],
    [0.42, 0.72, 1],
    [1, 0.6, 0.95],
  ],
  pace: 20,
  grow: 2,
};
const GLEAMING: SpriteLook = { sheet: SPRITE_SHEETS.Star, tints: [[1, 0.85, 0.25]], pace: 10, grow: 1.3 };
const STARING: SpriteLook = { sheet: SPRITE_SHEETS.ComicEye };

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

const COMIC_EYE_SIZE = 5.5;
/** Seconds until the comic eyes are open, and between their blinks. */
const OPENING = 0.3;
const BLINK_EVERY = 2.6;
const EYE_RADIUS = 2.2;
const EYE_BULGE = 0.5;

/** Eyes as in a comic, raised brows, bursts of confetti and stars, lines that rush towards the face. */
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

  @input('vec4', '{1, 0.93, 0.6, 0.3}')
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
  @hint('Sprite sheet of confetti; empty: emoji')
  @allowUndefined
  confettiSheet!: Texture;

  @input
  @hint('Sprite sheet of stars; empty: emoji')
  @allowUndefined
  starSheet!: Texture;

  @input
  @hint('Sprite sheet of comic eyes; empty: emoji')
  @allowUndefined
  comicEyeSheet!: Texture;

  private stage?: EffectStage;
  private confetti!: FlyingPieces;
  private stars?: FlyingPieces;
  private comicEyes: readonly Sticker[] = [];
  private sign?: Sticker;
  private light!: ScreenLight;
  private eyes!: FaceLiquify;
  private amazed!: FaceStretch;

  onAwake(): void {
    const stage = new EffectStage(this, this.screen, (frame) => this.animate(frame));
    const { LeftEyeballCenter, RightEyeballCenter, HeadCenter } = AttachmentPointType;
    const art = new EffectArt(this);
    const paper = art.sprites('Confetti Sheet', this.confettiSheet, PAPER);
    const confetti = paper ?? emoji(['🎉', '⭐', '🎊', '🎈', '💫']);
    this.confetti = stage.add(new FlyingPieces(onScreen(stage.screen), confetti, paper ? 17 : 22, 31, CONFETTI));
    const head = onHead(createHeadAnchor(stage.root, HeadCenter, this.faceIndex));
    const stars = art.sprites('Star Sheet', this.starSheet, GLEAMING);
    if (stars) this.stars = stage.add(new FlyingPieces(head, stars, 6, 32, STARS));
    else this.sign = stage.add(new Sticker(head, emoji(['❗'])[0], 6));
    const staring = art.sprites('Comic Eye Sheet', this.comicEyeSheet, STARING);
    if (staring)
      this.comicEyes = [LeftEyeballCenter, RightEyeballCenter].map((eye) => {
        const place = onHead(createHeadAnchor(stage.root, eye, this.faceIndex));
        return stage.add(new Sticker(place, staring[0], COMIC_EYE_SIZE));
      });
    this.light = art.screenLight(stage, this.tint, this.vignette);
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
    if (frame.entered) {
      this.confetti.burst(Math.round(16 * this.particles));
      this.stars?.burst(Math.round(4 * this.particles));
    }
    this.confetti.step(frame, this.particles);
    this.stars?.step(frame, this.particles);
    this.sign?.popUp(frame, 0, 17, 0, 1 + 0.06 * wave(time, 1.2), 0.12 * wave(time, 0.8));
    // They open at the entrance, and blink now and then.
    const shut = time < OPENING ? 0.6 - 0.6 * smoothstep(0, OPENING, time) : Math.max(0, 1 - 9 * (time % BLINK_EVERY));
    for (let i = 0; i < this.comicEyes.length; i++)
      this.comicEyes[i].fadeIn(frame, 0, 0, 1.5, this.warp > 0 ? 1 : 0, shut);
    this.light.set(intensity * (0.8 + 1.7 * Math.exp(-4 * time)), time);
    this.eyes.set(this.warp * opening);
    this.amazed.set(opening);
  }
}
