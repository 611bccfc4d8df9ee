import type { Dress, Dressed } from './Piece';
import type { SpriteSheet } from './SpriteSheets';

/** How the pictures of a sheet are shown. */
export interface SpriteLook {
  readonly sheet: SpriteSheet;
  /** Red, green and blue, 0..1, that a sheet of greys is multiplied by; given to pieces in turn. Left out: as it is. */
  readonly tints?: readonly (readonly [number, number, number])[];
  /** 0..1; left out: 1. */
  readonly opacity?: number;
  /** Whether it shines: is added to what it lies over. */
  readonly shines?: boolean;
  /** Pictures per second of a sheet that loops; left out: 8. One that does not loop lasts as long as the piece. */
  readonly pace?: number;
  /** How much larger it is than an emoji, since its art does not fill its cell; left out: 1. */
  readonly grow?: number;
}

/** The properties that a material of sprites has. */
export const SPRITE_PROPERTIES = ['baseTex', 'tint', 'grid', 'frame'];

const AS_IT_IS = [[1, 1, 1]] as const;
const USUAL_PACE = 8;
/** Side of an Image at scale 1. */
const SIDE = 2;

/** Sprites to be given to pieces in turn; each piece has a clone of the material, since each shows another picture. */
export function sprites(material: Material, texture: Texture, look: SpriteLook): Dress[] {
  const { tints = AS_IT_IS } = look;
  return tints.map((tint) => (object, order) => new Sprite(object, order, material.clone(), texture, look, tint));
}

class Sprite implements Dressed {
  readonly side = SIDE;
  readonly grow: number;
  private readonly pass: Pass;
  private readonly tint: vec4;
  private readonly opacity: number;
  private readonly count: number;

  constructor(
    object: SceneObject,
    order: number,
    material: Material,
    texture: Texture,
    private readonly look: SpriteLook,
    [red, green, blue]: readonly [number, number, number],
  ) {
    const { sheet, opacity = 1, shines = false, grow = 1 } = look;
    this.grow = grow;
    const image = object.createComponent('Image');
    image.mainMaterial = material;
    image.stretchMode = StretchMode.Stretch;
    image.setRenderOrder(order);
    this.pass = image.mainPass;
    this.pass.baseTex = texture;
    this.pass.grid = new vec2(sheet.columns, sheet.rows);
    if (shines) this.pass.blendMode = BlendMode.Add;
    this.opacity = opacity;
    this.count = sheet.columns * sheet.rows;
    this.tint = new vec4(red, green, blue, opacity);
  }

  show(age: number, part: number, opacity: number): void {
    const { sheet, pace = USUAL_PACE } = this.look;
    this.pass.frame = sheet.loops ? (pace * age) % this.count : part * (this.count - 1);
    this.tint.w = this.opacity * opacity;
    this.pass.tint = this.tint;
  }
}
