/** What a lens that runs in the simulator shows, plays and says, and what it needs of the program that runs it. */
import type { Affine, FaceCrop, FacePoint, Numbers3 } from '../../ml/faces/face.ts';
import type { InputValue, ModelAsset, Numbers, Shader } from './program.ts';

/** Sides of what the lens is shown on, in pixels. */
export interface ScreenSize {
  readonly width: number;
  readonly height: number;
}

/** Sides in pixels, and how a picture is turned on its way into a model. */
export interface PictureFormat extends ScreenSize {
  readonly flipX: boolean;
  readonly flipY: boolean;
}

/** A model that has loaded. */
export interface HostModel {
  /**
   * @param inputs one for each input of the asset, in its order: values as the network expects them (import scale and bias
   * are applied), [height, width, channels].
   * @returns one for each output, in the order of the asset.
   */
  run(inputs: readonly Float32Array[]): Promise<readonly Float32Array[]>;
}

/** What the simulator asks of its surroundings: a page in the browser, or a session in Node. */
export interface LensHost {
  /** A clock that goes on within a frame, in milliseconds. */
  now(): number;
  /** @throws Error that says why the model does not load. */
  loadModel(model: ModelAsset): Promise<HostModel>;
  /**
   * Draws what a crop shows now.
   * @param into red, green and blue, 0..255, [height, width, 3].
   * @returns whether there is such a face, or a picture; if not, `into` is left as it was.
   */
  drawCrop(crop: Crop, format: PictureFormat, into: Uint8Array): boolean;
  /** Where a face crop lies on the screen that `visuals` is asked for, or null without such a face. */
  cropPlace(crop: FaceCrop): Affine | null;
  /** A sound begins, to be played once. @param sound id of its asset. @param volume 0..1. */
  playSound(sound: string, volume: number): void;
  /** A sound is stopped before its end. @param fade seconds. */
  stopSound(sound: string, fade: number): void;
}

/**
 * A project's scripts, bundled: takes what they find as globals in Lens Studio, and gives for each script's path a
 * function that runs its module and returns what it exports.
 */
export type LensScripts = (api: Readonly<Record<string, unknown>>) => Readonly<Record<string, LensModule>>;

/** @throws whatever the module throws. */
export type LensModule = () => Readonly<Record<string, unknown>>;

/** A lens that runs. */
export interface SimulatedLens {
  /** Scripts that failed before their first frame, by name and reason; what the program says of its files is not repeated. */
  readonly problems: readonly string[];
  /** The last 1,000 lines or more that the scripts printed, oldest first; also an error that one of them throws, once. */
  readonly log: readonly string[];
  /** One frame: starts what has woken, takes the models' answers, updates. @param dt seconds since the last. */
  frame(dt: number): void;
  faceFound(index: number): void;
  faceLost(index: number): void;
  /**
   * Tells the components that follow this face where its landmarks are.
   * @param points x and y as parts of the screen from the top left.
   */
  landmarks(index: number, points: ReadonlyArray<readonly [number, number]>, screen: ScreenSize): void;
  /** Seconds since it started. */
  readonly time: number;
  /** What is to be drawn over the camera's picture, lowest first. */
  visuals(screen: ScreenSize): Visual[];
  /** Scripts in the order of the scene. */
  readonly scripts: readonly RunningScript[];
  /** All objects, those that scripts made too, each after its parent. */
  objects(): ObjectState[];
  /** Ids of the assets of the sounds that play now. */
  sounds(): string[];
  /** Ends it: its scripts are destroyed, its sounds stop. */
  destroy(): void;
}

/** A script of the scene while it runs. */
export interface RunningScript {
  /** Id of the component in the scene. */
  readonly id: string;
  readonly className: string;
  readonly objectName: string;
  /** The script itself: `intensity`, `emotion` and so on can be read. */
  readonly instance: Readonly<Record<string, unknown>>;
}

export interface ObjectState {
  readonly name: string;
  readonly enabled: boolean;
  /** Whether it and all above it are enabled. */
  readonly shown: boolean;
}

/** Values to run a program with in place of the scene's: by id of the script component, then by name of the input. */
export type Overrides = Readonly<Record<string, Readonly<Record<string, InputValue>>>>;

/** Red, green, blue, alpha, 0..1. */
export type Rgba = readonly [number, number, number, number];

/** What is to be drawn; visuals of the lowest order first, at the same order in the order of the list. */
export type Visual = TextVisual | MaterialVisual | FaceStretchVisual | LiquifyVisual | RetouchVisual;

/** What a material shows. */
export type MaterialVisual = ImageVisual | PostEffectVisual;

export interface TextVisual {
  readonly kind: 'text';
  readonly order: number;
  readonly text: string;
  /** Letters' colour; its alpha counts for emoji too. */
  readonly fill: Fill;
  /** -1 left or bottom, 0 centre, 1 right or top. */
  readonly horizontal: -1 | 0 | 1;
  readonly vertical: -1 | 0 | 1;
  /** Null: as large as its place allows. Otherwise in points (as in Lens Studio, of a screen 1,000 wide). */
  readonly size: number | null;
  /** What lies behind the letters. */
  readonly background: (Fill & { readonly cornerRadius: number; readonly margins: Margins }) | null;
  readonly place: ScreenPlace | HeadPlace;
}

export interface Margins {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
}

/** A colour, or a texture times a colour. */
export interface Fill {
  readonly color: Rgba;
  readonly texture: TextureUse | null;
}

/** A part of the camera's picture, which is what the lens is shown on. */
export type Crop = ({ readonly kind: 'faceCrop' } & FaceCrop) | ScreenCrop;

export interface ScreenCrop {
  readonly kind: 'screenCrop';
  /** Left, right, bottom, top; −1..1 is all of it. */
  readonly rect: readonly [number, number, number, number];
}

export interface TextureUse {
  readonly source: { readonly kind: 'picture'; readonly id: string } | Crop;
  /** What one copy of it covers: the whole screen, or the text's place. */
  readonly zone: 'screen' | 'place';
}

/** A place on the screen. */
export interface ScreenPlace {
  readonly on: 'screen';
  readonly square: Affine;
}

/** A place in the space around a point of a head: x to its left side (right on the screen), y up, z out of it, in centimetres. */
export interface HeadPlace {
  readonly on: 'head';
  readonly faceIndex: number;
  readonly point: FacePoint;
  /** Where the square −1..1 lies: its centre, and its half sides as vectors, each [x, y, z]. */
  readonly center: Numbers3;
  readonly right: Numbers3;
  readonly up: Numbers3;
}

/** A rectangle with a material. */
export interface ImageVisual {
  readonly kind: 'image';
  readonly order: number;
  readonly material: MaterialUse;
  readonly place: ScreenPlace | HeadPlace;
  /** Name of the property whose picture it keeps the aspect of; null: it fills its place. */
  readonly fit: string | null;
  readonly flipX: boolean;
  readonly flipY: boolean;
}

/** A material all over the screen, which may change what was drawn before it. */
export interface PostEffectVisual {
  readonly kind: 'postEffect';
  readonly order: number;
  readonly material: MaterialUse;
}

export interface MaterialUse {
  readonly shader: Shader;
  readonly blend: BlendName;
  /** By the name of the property. */
  readonly values: Readonly<Record<string, Numbers | MaterialTexture | null>>;
}

/** A texture of a material; `screen` is what was drawn before it, the camera's picture below all. */
export type MaterialTexture = TextureUse['source'] | { readonly kind: 'screen' };

/** How a material is laid over what was drawn before it; names of Lens Studio. */
export type BlendName =
  | 'Normal'
  | 'Screen'
  | 'PremultipliedAlpha'
  | 'AlphaToCoverage'
  | 'Disabled'
  | 'Add'
  | 'AlphaTest'
  | 'ColoredGlass'
  | 'Multiply'
  | 'Min'
  | 'Max'
  | 'PremultipliedAlphaHardware'
  | 'PremultipliedAlphaAuto';

/** Moves landmarks of a face. */
export interface FaceStretchVisual {
  readonly kind: 'faceStretch';
  readonly order: number;
  readonly faceIndex: number;
  /** iBUG index, and how far it goes to the side and up, in centimetres; weights are applied. */
  readonly moves: ReadonlyArray<readonly [landmark: number, dx: number, dy: number]>;
}

/** Bulges (amount above 0) or pinches (below) around a point of a face. */
export interface LiquifyVisual {
  readonly kind: 'liquify';
  readonly order: number;
  readonly faceIndex: number;
  readonly point: FacePoint;
  /** Centimetres. */
  readonly radius: number;
  readonly amount: number;
}

/** Softens the skin of a face. */
export interface RetouchVisual {
  readonly kind: 'retouch';
  readonly order: number;
  readonly faceIndex: number;
  /** 0..1. */
  readonly softness: number;
}
