import { Quat, Vec3, Vec4 } from './math.ts';
import { ScriptObjectStandIn, StandInComponent } from './scene.ts';

export enum BlendMode {
  Normal,
  Screen,
  PremultipliedAlpha,
  AlphaToCoverage,
  Disabled,
  Add,
  AlphaTest,
  ColoredGlass,
  Multiply,
  Min,
  Max,
  PremultipliedAlphaHardware,
  PremultipliedAlphaAuto,
}

export enum TextFillMode {
  Solid,
  Texture,
}

export enum StretchMode {
  Fit,
  Fill,
  Stretch,
  FitHeight,
  FitWidth,
  FillAndCut,
}

export enum TileZone {
  Rect,
  Extents,
  Character,
  Screen,
}

export enum HorizontalAlignment {
  Left,
  Center,
  Right,
}

export enum VerticalAlignment {
  Bottom,
  Center,
  Top,
}

export class StandInRect extends ScriptObjectStandIn implements Rect {
  constructor(
    public left: number,
    public right: number,
    public bottom: number,
    public top: number,
  ) {
    super();
  }

  static create = (left: number, right: number, bottom: number, top: number) =>
    new StandInRect(left, right, bottom, top);
}

export class StandInScreenTransform extends StandInComponent implements ScreenTransform {
  offsets: Rect = new StandInRect(0, 0, 0, 0);
  private sides: Rect = new StandInRect(-1, 1, -1, 1);
  private turn: quat = Quat.quatIdentity();
  private factors: vec3 = Vec3.one();

  get anchors(): Rect {
    return this.sides;
  }

  /** Copies, as Lens Studio does. */
  set anchors({ left, right, bottom, top }: Rect) {
    this.sides = new StandInRect(left, right, bottom, top);
  }

  get rotation(): quat {
    return this.turn;
  }

  set rotation({ w, x, y, z }: quat) {
    this.turn = new Quat(w, x, y, z);
  }

  get scale(): vec3 {
    return this.factors;
  }

  set scale({ x, y, z }: vec3) {
    this.factors = new Vec3(x, y, z);
  }
}

export class StandInVisual extends StandInComponent implements BaseMeshVisual {
  renderOrder = 0;
  stretchMode: number = StretchMode.Fit;
  horizontalAlignment: number = HorizontalAlignment.Center;
  verticalAlignment: number = VerticalAlignment.Center;

  setRenderOrder(order: number): void {
    this.renderOrder = order;
  }
}

export class StandInFill extends ScriptObjectStandIn implements TextFill {
  mode: number = TextFillMode.Solid;
  texture!: Texture;
  textureStretch: number = StretchMode.FitWidth;
  tileCount = 1;
  tileZone: number = TileZone.Rect;
  private plain: vec4 = new Vec4(1, 1, 1, 1);
  private tint: vec4 = new Vec4(1, 1, 1, 1);

  get color(): vec4 {
    return this.plain;
  }

  /** Copies, as Lens Studio does. */
  set color({ x, y, z, w }: vec4) {
    this.plain = new Vec4(x, y, z, w);
  }

  get colorTint(): vec4 {
    return this.tint;
  }

  set colorTint({ x, y, z, w }: vec4) {
    this.tint = new Vec4(x, y, z, w);
  }
}

class StandInBackground extends ScriptObjectStandIn implements BackgroundSettings {
  enabled = false;
  fill = new StandInFill();
  cornerRadius = 0;
  margins: Rect = new StandInRect(0, 0, 0, 0);
}

export class StandInText extends StandInVisual implements Text {
  text = '';
  size = 48;
  sizeToFit = false;
  textFill = new StandInFill();
  backgroundSettings = new StandInBackground();
  /** As it is since 5.24; before it was premultiplied alpha. */
  blendMode: number = BlendMode.Normal;
  depthTest = false;
  twoSided = false;
  worldSpaceRect: Rect = new StandInRect(-1, 1, -1, 1);
}

export const components = { ScreenTransform: StandInScreenTransform, Text: StandInText };

export const globals = {
  Rect: StandInRect,
  BlendMode,
  TextFillMode,
  StretchMode,
  TileZone,
  HorizontalAlignment,
  VerticalAlignment,
};
