import { createChild, createScreenChild, RENDER_ORDER } from './SceneParts';

/** Half the width of a piece of size 1 on a screen, in halves of the screen. */
const SCREEN_HALF_WIDTH = 0.1;
/** Scales of 0 have no inverse, which drawing needs. */
const LEAST_SCALE = 0.001;

/** What is to be seen on an object. */
export interface Dressed {
  /** Side of its square around a head at scale 1, in centimetres. */
  readonly side: number;
  /** Factor to its size. */
  readonly grow: number;
  /**
   * Called whenever it is placed, if there is something to move in it.
   *
   * @param age seconds. @param part of its life that is over, 0..1. @param opacity 0..1, times its own.
   */
  show?(age: number, part: number, opacity: number): void;
}

/** Puts something square to be seen on an object. @param order drawn over visuals of lower order. */
export type Dress = (object: SceneObject, order: number) => Dressed;

/** A small flat thing that can be put anywhere: an emoji, or a sprite. It is hidden until it is placed. */
export abstract class Piece {
  protected readonly scale = new vec3(1, 1, 1);
  protected readonly turn = new quat(1, 0, 0, 0);
  private shown = false;

  protected constructor(
    protected readonly object: SceneObject,
    private readonly dressed: Dressed,
    /** The size at scale 1. */
    private readonly unit: number,
  ) {
    object.enabled = false;
  }

  /**
   * @param size in centimetres around a head, in tenths of the width of a screen; 0 hides it.
   * @param angle radians, anticlockwise. @param age, part, opacity see {@link Dressed.show}.
   */
  place(x: number, y: number, z: number, size: number, angle: number, age: number, part: number, opacity = 1): void {
    if (!(size > LEAST_SCALE)) {
      this.hide();
      return;
    }
    this.scale.x = this.scale.y = (size * this.dressed.grow) / this.unit;
    this.turn.w = Math.cos(angle / 2);
    this.turn.z = Math.sin(angle / 2);
    this.move(x, y, z);
    this.dressed.show?.(age, part, opacity);
    if (!this.shown) this.object.enabled = this.shown = true;
  }

  hide(): void {
    if (this.shown) this.object.enabled = this.shown = false;
  }

  /** Puts the object where it belongs, with `scale` and `turn`. */
  protected abstract move(x: number, y: number, z: number): void;
}

/** Makes one piece; the two kinds of places that there are. */
export type Place = (dress: Dress) => Piece;

/** Pieces in centimetres around an object that follows a head. */
export function onHead(anchor: SceneObject): Place {
  return (dress) => {
    const object = createChild(anchor, 'Piece');
    return new HeadPiece(object, dress(object, RENDER_ORDER.headPiece));
  };
}

/** Pieces on a screen region, in halves of its size. */
export function onScreen(region: SceneObject): Place {
  return (dress) => {
    const object = createScreenChild(region, 'Piece');
    return new ScreenPiece(object, dress(object, RENDER_ORDER.screenPiece));
  };
}

class HeadPiece extends Piece {
  private readonly transform: Transform;
  private readonly position = new vec3(0, 0, 0);

  constructor(object: SceneObject, dressed: Dressed) {
    super(object, dressed, dressed.side);
    this.transform = object.getTransform();
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

class ScreenPiece extends Piece {
  private readonly transform: ScreenTransform;
  private readonly sides = Rect.create(0, 0, 0, 0);
  private readonly halfHeight: number;

  constructor(object: SceneObject, dressed: Dressed) {
    super(object, dressed, 1);
    this.transform = object.getComponent('ScreenTransform');
    this.halfHeight = SCREEN_HALF_WIDTH * global.scene.liveTarget.control.getAspect();
  }

  protected override move(x: number, y: number): void {
    this.sides.left = x - SCREEN_HALF_WIDTH;
    this.sides.right = x + SCREEN_HALF_WIDTH;
    this.sides.bottom = y - this.halfHeight;
    this.sides.top = y + this.halfHeight;
    this.transform.anchors = this.sides;
    this.transform.rotation = this.turn;
    this.transform.scale = this.scale;
  }
}
