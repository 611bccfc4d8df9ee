// What is drawn on the screen and in the scene, as far as the scripts use it.

interface ComponentNameMap {
  Camera: Camera;
  Text: Text;
  ScreenTransform: ScreenTransform;
}

/** Renders what lies in its layers. */
declare class Camera extends Component {
  protected constructor();
}

/** A rectangle by its sides; on screens −1..1 spans the parent, or points for offsets. */
declare class Rect extends ScriptObject {
  protected constructor();
  left: number;
  right: number;
  bottom: number;
  top: number;
  static create(left: number, right: number, bottom: number, top: number): Rect;
}

/** Places its scene object on the screen, relative to its parent's screen transform. */
declare class ScreenTransform extends Component {
  protected constructor();
  /** Sides in parts of the parent, −1..1 from left to right and from bottom to top. */
  anchors: Rect;
  offsets: Rect;
  rotation: quat;
  scale: vec3;
}

declare class Visual extends Component {
  protected constructor();
  renderOrder: number;
  /** Visuals of higher order are drawn over those of lower order. */
  setRenderOrder(value: number): void;
}

declare class BaseMeshVisual extends Visual {
  protected constructor();
  /** How an Image keeps its picture's aspect in the room that it has. */
  stretchMode: StretchMode;
  horizontalAlignment: HorizontalAlignment;
  verticalAlignment: VerticalAlignment;
}

/** How a visual is laid over what was drawn before it. */
declare enum BlendMode {
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

declare enum TextFillMode {
  Solid,
  Texture,
}

declare enum HorizontalAlignment {
  Left,
  Center,
  Right,
}

declare enum VerticalAlignment {
  Bottom,
  Center,
  Top,
}

declare enum StretchMode {
  Fit,
  Fill,
  Stretch,
  FitHeight,
  FitWidth,
  FillAndCut,
}

declare enum TileZone {
  Rect,
  Extents,
  Character,
  Screen,
}

/** How letters or a background are filled: with `color`, or with `texture` times `colorTint`. */
declare class TextFill extends ScriptObject {
  protected constructor();
  mode: TextFillMode;
  color: vec4;
  colorTint: vec4;
  texture: Texture;
  textureStretch: StretchMode;
  tileCount: number;
  /** What one tile of the texture covers. */
  tileZone: TileZone;
}

declare class BackgroundSettings extends ScriptObject {
  protected constructor();
  enabled: boolean;
  fill: TextFill;
  cornerRadius: number;
  /** How far it reaches beyond the text. */
  margins: Rect;
}

declare class Text extends BaseMeshVisual {
  protected constructor();
  text: string;
  size: number;
  /** Whether the size follows from the room that the text has, instead of `size`. */
  sizeToFit: boolean;
  textFill: TextFill;
  backgroundSettings: BackgroundSettings;
  blendMode: BlendMode;
  depthTest: boolean;
  /** Whether it is seen from behind too. */
  twoSided: boolean;
  /** The room for the text, in centimetres, where there is no screen transform. */
  worldSpaceRect: Rect;
}
