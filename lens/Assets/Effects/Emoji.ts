import { createText } from '../EmotionDetector/CreateText';
import { createChild, createScreenChild, RENDER_ORDER } from './SceneParts';

/** Side of the room for an emoji on a head, in centimetres; its size scales it from there. */
const HEAD_ROOM = 4;
/** Half the room for an emoji on a screen, in halves of the screen: square on one of 9:16. */
const SCREEN_HALF_WIDTH = 0.1;
const SCREEN_HALF_HEIGHT = SCREEN_HALF_WIDTH * (9 / 16);
/** Scales of 0 have no inverse, which drawing needs. */
const LEAST_SCALE = 0.001;

/** One emoji that can be put anywhere. It is hidden until it is placed. */
export abstract class Emoji {
  protected readonly scale = new vec3(1, 1, 1);
  protected readonly turn = new quat(1, 0, 0, 0);
  private shown = false;

  protected constructor(
    protected readonly object: SceneObject,
    glyph: string,
    opacity: number,
    renderOrder: number,
    /** The size at scale 1. */
    private readonly unit: number,
  ) {
    const text = createText(object, renderOrder);
    text.text = glyph;
    text.depthTest = false;
    text.twoSided = true;
    text.worldSpaceRect = Rect.create(-HEAD_ROOM / 2, HEAD_ROOM / 2, -HEAD_ROOM / 2, HEAD_ROOM / 2);
    text.textFill.color = new vec4(1, 1, 1, opacity);
    object.enabled = false;
  }

  /**
   * @param size in centimetres around a head, in tenths of the width of a screen; 0 hides it.
   * @param angle radians, anticlockwise.
   */
  place(x: number, y: number, z: number, size: number, angle: number): void {
    if (!(size > LEAST_SCALE)) {
      this.hide();
      return;
    }
    this.scale.x = this.scale.y = size / this.unit;
    this.turn.w = Math.cos(angle / 2);
    this.turn.z = Math.sin(angle / 2);
    this.move(x, y, z);
    if (!this.shown) this.object.enabled = this.shown = true;
  }

  hide(): void {
    if (this.shown) this.object.enabled = this.shown = false;
  }

  /** Puts the object where it belongs, with `scale` and `turn`. */
  protected abstract move(x: number, y: number, z: number): void;
}

/** Makes one emoji; the two kinds of places that there are. */
export type EmojiFactory = (glyph: string, opacity: number) => Emoji;

/** Emoji in centimetres around an object that follows a head. */
export function onHead(anchor: SceneObject): EmojiFactory {
  return (glyph, opacity) => new HeadEmoji(anchor, glyph, opacity);
}

/** Emoji on a screen region, in halves of its size. */
export function onScreen(region: SceneObject): EmojiFactory {
  return (glyph, opacity) => new ScreenEmoji(region, glyph, opacity);
}

class HeadEmoji extends Emoji {
  private readonly transform: Transform;
  private readonly position = new vec3(0, 0, 0);

  constructor(anchor: SceneObject, glyph: string, opacity: number) {
    super(createChild(anchor, glyph), glyph, opacity, RENDER_ORDER.headEmoji, HEAD_ROOM);
    this.transform = this.object.getTransform();
  }

  protected override move(x: number, y: number, z: number): void {
    this.position.x = x;
    this.position.y = y;
    this.position.z = z;
    this.transform.setLocalPosition(this.position);
    this.transform.setLocalRotation(this.turn);
    this.transform.setLocalScale(this.scale);
  }
}

class ScreenEmoji extends Emoji {
  private readonly transform: ScreenTransform;
  private readonly sides = Rect.create(0, 0, 0, 0);

  constructor(region: SceneObject, glyph: string, opacity: number) {
    super(createScreenChild(region, glyph), glyph, opacity, RENDER_ORDER.screenEmoji, 1);
    this.transform = this.object.getComponent('ScreenTransform');
  }

  protected override move(x: number, y: number): void {
    this.sides.left = x - SCREEN_HALF_WIDTH;
    this.sides.right = x + SCREEN_HALF_WIDTH;
    this.sides.bottom = y - SCREEN_HALF_HEIGHT;
    this.sides.top = y + SCREEN_HALF_HEIGHT;
    this.transform.anchors = this.sides;
    this.transform.rotation = this.turn;
    this.transform.scale = this.scale;
  }
}
