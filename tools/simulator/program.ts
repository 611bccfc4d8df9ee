/**
 * A Lens Studio project as the simulator runs it: its scene, its scripts' inputs and its assets, as plain JSON, so that a
 * page can get it from a server. `readProgram` makes it from a project's files.
 */
export interface LensProgram {
  readonly name: string;
  /** All scene objects, each after its parent, children in the order of the scene. */
  readonly objects: readonly ProgramObject[];
  readonly scripts: readonly ProgramScript[];
  readonly assets: readonly ProgramAsset[];
  /** What the simulator does not know or cannot read, in words for the creator; the rest runs. */
  readonly problems: readonly string[];
}

export interface ProgramObject {
  readonly id: string;
  readonly name: string;
  readonly enabled: boolean;
  /** Null for a root of the scene. */
  readonly parent: string | null;
  /** Bit mask of layers. */
  readonly layers: number;
  /** Centimetres. */
  readonly position: Numbers;
  /** Radians about x, y, z; Lens Studio's files hold degrees. */
  readonly rotation: Numbers;
  readonly scale: Numbers;
  readonly components: readonly ProgramComponent[];
}

export type Numbers = readonly number[];

export type ProgramComponent = ScriptUse | ScreenTransformUse | RetouchUse | MaterialVisualUse | PlainComponent;

/** A script on a scene object, with the values of its inputs. */
export interface ScriptUse {
  readonly kind: 'script';
  readonly id: string;
  readonly enabled: boolean;
  /** Id of a {@link ProgramScript}. */
  readonly script: string;
  readonly inputs: Readonly<Record<string, InputValue>>;
}

export interface ScreenTransformUse {
  readonly kind: 'screenTransform';
  readonly id: string;
  readonly enabled: boolean;
  /** Left, right, bottom, top in halves of the parent, −1..1. */
  readonly anchors: Numbers;
  /** Left, right, bottom, top in points. */
  readonly offsets: Numbers;
  /** Radians about x, y, z. */
  readonly rotation: Numbers;
  /** Along x, y, z. */
  readonly scale: Numbers;
}

/** A face retouch; each amount 0..1. */
export interface RetouchUse {
  readonly kind: 'retouch';
  readonly id: string;
  readonly enabled: boolean;
  readonly faceIndex: number;
  readonly softSkin: number;
  readonly teethWhitening: number;
  readonly eyeSharpening: number;
  readonly eyeWhitening: number;
}

/** An Image or a post effect: shows a material. */
export interface MaterialVisualUse {
  readonly kind: 'materialVisual';
  readonly id: string;
  readonly enabled: boolean;
  readonly type: 'Image' | 'PostEffectVisual';
  readonly renderOrder: number;
  /** Id of its first material; null without one. */
  readonly material: string | null;
  /** Name of a stretch mode: `Fit`, `Stretch`, … */
  readonly stretchMode: string;
  readonly flipX: boolean;
  readonly flipY: boolean;
}

/** Any other component: made by its name, as new; without effect where it only says where the scene is drawn. */
export interface PlainComponent {
  readonly kind: 'component';
  readonly id: string;
  readonly enabled: boolean;
  /** Its name in Lens Studio: `Head`, `Text`, … */
  readonly type: string;
}

/** The value of an input: a number, a text, a boolean, a vector, a link to an object, component or asset, or a list. */
export type InputValue = number | string | boolean | null | VectorValue | LinkValue | readonly InputValue[];

export interface VectorValue {
  /** vec2, vec3, vec4, or quat (w, x, y, z). */
  readonly vector: Numbers;
}

export interface LinkValue {
  /** Id of an object, a component or an asset. */
  readonly link: string;
}

export interface ProgramScript {
  /** Id of its script asset. */
  readonly id: string;
  /** Path in the project, with slashes: `Assets/Effects/HappyEffect.ts`; the key of its module among the bundled ones. */
  readonly path: string;
  /** The class with `@component`. */
  readonly className: string;
  /** What the Inspector shows, in the order of the source. */
  readonly inspector: readonly InspectorEntry[];
}

export type InspectorEntry =
  | { readonly kind: 'groupStart'; readonly label: string }
  | { readonly kind: 'groupEnd' }
  | { readonly kind: 'separator' }
  | { readonly kind: 'label'; readonly label: string }
  | InspectorInput;

export interface InspectorInput {
  readonly kind: 'input';
  readonly name: string;
  /** What the Inspector calls it. */
  readonly label: string;
  readonly hint: string | null;
  /** `float`, `int`, `bool`, `string`, `vec4`, `SceneObject`, `Asset.Texture`, … as in the script's metadata. */
  readonly type: string;
  readonly isArray: boolean;
  readonly widget:
    | { readonly kind: 'slider'; readonly min: number; readonly max: number; readonly step: number }
    | { readonly kind: 'color' }
    | {
        readonly kind: 'choice';
        readonly choices: ReadonlyArray<{ readonly label: string; readonly value: string | number }>;
      }
    | null;
  /** Shown only while another input has this value. */
  readonly showIf: { readonly input: string; readonly value: string | number | boolean } | null;
}

export type ProgramAsset =
  | PictureAsset
  | SoundAsset
  | ModelAsset
  | FaceCropAsset
  | ScreenCropAsset
  | MaterialAsset
  | OtherAsset;

interface FileAsset {
  readonly id: string;
  readonly name: string;
  /** Path in the project, with slashes. */
  readonly path: string;
}

export interface PictureAsset extends FileAsset {
  readonly kind: 'picture';
}

export interface SoundAsset extends FileAsset {
  readonly kind: 'sound';
  /** Null where the file does not tell: it counts as playing until it is stopped. */
  readonly seconds: number | null;
}

/** A model file with its import settings. */
export interface ModelAsset extends FileAsset {
  readonly kind: 'model';
  readonly inputs: readonly ModelPort[];
  readonly outputs: readonly ModelPort[];
}

export interface ModelPort {
  readonly name: string;
  /** Width, height, channels. */
  readonly shape: Numbers;
  /** What a channel's values, 0..255 of a picture, are multiplied with, and what is added then; of each channel. */
  readonly scale: Numbers;
  readonly bias: Numbers;
  readonly flipX: boolean;
  readonly flipY: boolean;
}

export interface FaceCropAsset extends FileAsset {
  readonly kind: 'faceCrop';
  readonly faceIndex: number;
  readonly scale: Numbers;
  readonly mouthWeight: number;
}

export interface ScreenCropAsset extends FileAsset {
  readonly kind: 'screenCrop';
  /** Id of the texture that it shows a part of; null for the camera. */
  readonly input: string | null;
  /** Left, right, bottom, top; −1..1 is all of it. */
  readonly rect: Numbers;
}

/** A material of one pass. */
export interface MaterialAsset extends FileAsset {
  readonly kind: 'material';
  /** Null if its graph cannot be run: the pass then has the property `mainColor` only, as in Lens Studio. */
  readonly shader: Shader | null;
  /** Name of a blend mode: `Normal`, `PremultipliedAlphaAuto`, … */
  readonly blendMode: string;
  /** Values of properties in place of the graph's, by name: numbers, or the id of a texture. */
  readonly values: Readonly<Record<string, Numbers | LinkValue>>;
}

/** The code node of a shader graph, as WebGL runs it. */
export interface Shader {
  /** Path of the graph in the project. */
  readonly path: string;
  /** The fragment shader in GLSL ES 3.00; its errors name lines of the graph's file. */
  readonly fragment: string;
  readonly properties: readonly ShaderProperty[];
}

/** A property of a material's pass. */
export interface ShaderProperty {
  readonly name: string;
  readonly type: PropertyType;
  /** The value that the graph gives it; none for textures. */
  readonly default: Numbers;
  /** Uniforms of the fragment shader that get its value, with their types in GLSL. */
  readonly uniforms: Readonly<Record<string, UniformType>>;
}

export type PropertyType = 'float' | 'vec2' | 'vec3' | 'vec4' | 'int' | 'bool' | 'texture';

export type UniformType = 'float' | 'vec2' | 'vec3' | 'vec4' | 'int' | 'bool' | 'sampler2D';

/** Anything else that inputs may link to: camera and render textures, … */
export interface OtherAsset extends FileAsset {
  readonly kind: 'other';
  /** Its type in Lens Studio's files. */
  readonly type: string;
}
