import { messageOf } from '../../../ml/core/errors.ts';
import type { LensHost, LensModule, Overrides, RunningScript } from '../lens.ts';
import type {
  FaceCropAsset,
  InputValue,
  LensProgram,
  MaterialAsset,
  MaterialVisualUse,
  ProgramAsset,
  ProgramComponent,
  ProgramObject,
  ScreenCropAsset,
  ScriptUse,
} from '../program.ts';
import { StandInSound } from '../stand-in/audio.ts';
import type { StandInRetouch } from '../stand-in/face.ts';
import { StandInMaterial, type StandInMaterialVisual } from '../stand-in/materials.ts';
import { Quat, Vec2, Vec3, Vec4 } from '../stand-in/math.ts';
import { StandInModel } from '../stand-in/ml.ts';
import { hostedModel } from '../stand-in/model-source.ts';
import {
  componentClasses,
  type ScriptObjectStandIn,
  StandInComponent,
  StandInLayers,
  StandInSceneObject,
} from '../stand-in/scene.ts';
import { makeScript, type StandInScript } from '../stand-in/script.ts';
import { StandInFaceCrop, StandInScreen, StandInScreenCrop, StandInTexture } from '../stand-in/textures.ts';
import { BlendMode, StandInRect, type StandInScreenTransform, StretchMode } from '../stand-in/visuals.ts';
import { world } from '../stand-in/world.ts';

/** What a scene is made of and receives. */
export interface SceneBuild {
  readonly program: LensProgram;
  readonly modules: Readonly<Record<string, LensModule>>;
  readonly host: LensHost;
  readonly overrides: Overrides;
  /** Receives scripts that cannot be made, by name. */
  readonly problems: string[];
}

/** A script with what the program says of it. */
interface MadeScript {
  readonly use: ScriptUse;
  readonly script: StandInScript;
}

/** Makes a program's objects and components in the order of the scene, asleep. @returns its scripts. */
export function buildScene(build: SceneBuild): (RunningScript & { readonly instance: StandInScript })[] {
  const { program, host } = build;
  /** Live objects, components and assets by id. */
  const live = new Map<string, unknown>();
  for (const asset of program.assets) if (asset.kind !== 'material') live.set(asset.id, makeAsset(asset, host));
  for (const asset of program.assets) if (asset.kind === 'screenCrop') setInput(asset, live);
  // After the textures that they show.
  for (const asset of program.assets) if (asset.kind === 'material') live.set(asset.id, makeMaterial(asset, live));
  for (const { id, path } of program.assets) world().assets.set(path, live.get(id) as object);
  for (const object of program.objects) live.set(object.id, makeObject(object, live));
  const made: MadeScript[] = [];
  for (const { id, components } of program.objects)
    for (const component of components) {
      const object = live.get(id) as StandInSceneObject;
      if (component.kind === 'script') {
        const script = tryMakeScript(object, component, build);
        if (script === null) continue;
        made.push({ use: component, script });
        live.set(component.id, script);
      } else live.set(component.id, makeComponent(object, component, live));
      (live.get(component.id) as StandInComponent).enabled = component.enabled;
    }
  // Not before all are made: a script may link to a later one.
  for (const one of made) setInputs(one, build, live);
  return made.map(({ use, script }) => ({
    id: use.id,
    className: classNameOf(use, program),
    objectName: script.sceneObject.name,
    instance: script as StandInScript & Readonly<Record<string, unknown>>,
  }));
}

function makeAsset(asset: Exclude<ProgramAsset, MaterialAsset>, host: LensHost): ScriptObjectStandIn {
  if (asset.kind === 'sound') return new StandInSound(asset.name, asset.id, asset.seconds);
  if (asset.kind === 'model') return new StandInModel(hostedModel(asset, host), asset.name);
  return Object.assign(new StandInTexture(controlOf(asset), asset.kind === 'picture' ? asset.id : null), {
    name: asset.name,
  });
}

/** Types of assets that show the camera's picture: directly, or with the effects, which the stand-in leaves out. */
const CAMERA_TEXTURES = new Set(['DeviceCameraTexture', 'ScreenTexture', 'RenderTarget']);

function controlOf(asset: ProgramAsset): TextureProvider | undefined {
  if (asset.kind === 'faceCrop') return faceCropOf(asset);
  if (asset.kind === 'screenCrop') return new StandInScreenCrop(cameraTexture(), asset.rect);
  return asset.kind === 'other' && CAMERA_TEXTURES.has(asset.type) ? new StandInScreen(world()) : undefined;
}

const cameraTexture = () => new StandInTexture(new StandInScreen(world()));

function setInput({ id, input }: ScreenCropAsset, live: ReadonlyMap<string, unknown>): void {
  const texture = input === null ? undefined : live.get(input);
  if (!(texture instanceof StandInTexture)) return;
  ((live.get(id) as StandInTexture).control as StandInScreenCrop).inputTexture = texture;
}

function makeMaterial(
  { name, shader, blendMode, values }: MaterialAsset,
  live: ReadonlyMap<string, unknown>,
): StandInMaterial {
  const material = new StandInMaterial(shader, name);
  const { mainPass } = material;
  mainPass.blendMode = numberOf(BlendMode, blendMode, BlendMode.Normal);
  for (const [property, value] of Object.entries(values))
    mainPass.initialize(
      property,
      'link' in value ? ((live.get(value.link) as StandInTexture | undefined) ?? null) : value,
    );
  return material;
}

/** The number of a name of an enumeration of Lens Studio's. */
function numberOf(names: Readonly<Record<string, string | number>>, name: string, fallback: number): number {
  const number = Object.hasOwn(names, name) ? names[name] : fallback;
  return typeof number === 'number' ? number : fallback;
}

function faceCropOf({ faceIndex, scale, mouthWeight }: FaceCropAsset): StandInFaceCrop {
  const textureScale = new Vec2(scale[0], scale[1]);
  return Object.assign(new StandInFaceCrop(), { faceIndex, textureScale, faceCenterMouthWeight: mouthWeight });
}

function makeObject(from: ProgramObject, live: ReadonlyMap<string, unknown>): StandInSceneObject {
  const object = new StandInSceneObject(from.name);
  if (from.parent !== null) object.setParent(live.get(from.parent) as StandInSceneObject);
  object.enabled = from.enabled;
  object.layer = new StandInLayers(from.layers);
  const transform = object.getTransform();
  transform.setLocalPosition(vec3(from.position));
  transform.setLocalRotation(Quat.fromEulerAngles(from.rotation[0], from.rotation[1], from.rotation[2]));
  transform.setLocalScale(vec3(from.scale));
  return object;
}

function makeComponent(
  object: StandInSceneObject,
  use: Exclude<ProgramComponent, ScriptUse>,
  live: ReadonlyMap<string, unknown>,
): StandInComponent {
  if (use.kind === 'materialVisual') return makeVisual(object, use, live);
  if (use.kind === 'screenTransform') {
    const transform = object.createComponent('ScreenTransform') as StandInScreenTransform;
    transform.anchors = rect(use.anchors);
    transform.offsets = rect(use.offsets);
    transform.rotation = Quat.fromEulerAngles(use.rotation[0], use.rotation[1], use.rotation[2]);
    transform.scale = vec3(use.scale);
    return transform;
  }
  if (use.kind === 'retouch')
    return Object.assign(object.createComponent('RetouchVisual') as unknown as StandInRetouch, {
      faceIndex: use.faceIndex,
      softSkinIntensity: use.softSkin,
      teethWhiteningIntensity: use.teethWhitening,
      sharpenEyeIntensity: use.eyeSharpening,
      eyeWhiteningIntensity: use.eyeWhitening,
    });
  if (componentClasses.has(use.type))
    return object.createComponent(use.type as keyof ComponentNameMap) as unknown as StandInComponent;
  const component = new StandInComponent(object);
  object.components.push(component);
  return component;
}

function makeVisual(
  object: StandInSceneObject,
  { type, renderOrder, material, stretchMode, flipX, flipY }: MaterialVisualUse,
  live: ReadonlyMap<string, unknown>,
): StandInMaterialVisual {
  const visual = object.createComponent(type) as unknown as StandInMaterialVisual;
  const shown = material === null ? undefined : live.get(material);
  if (shown instanceof StandInMaterial) visual.mainMaterial = shown;
  visual.stretchMode = numberOf(StretchMode, stretchMode, StretchMode.Fit);
  return Object.assign(visual, { renderOrder }, type === 'Image' ? { flipX, flipY } : {});
}

const vec3 = ([x, y, z]: readonly number[]) => new Vec3(x, y, z);
const rect = ([left, right, bottom, top]: readonly number[]) => StandInRect.create(left, right, bottom, top);

const classNameOf = ({ script }: ScriptUse, { scripts }: LensProgram): string =>
  scripts.find(({ id }) => id === script)!.className;

function tryMakeScript(
  object: StandInSceneObject,
  { script: id }: ScriptUse,
  { program, modules, problems }: SceneBuild,
): StandInScript | null {
  const { path, className } = program.scripts.find((script) => script.id === id)!;
  // What does not compile, the bundle's problems name.
  if (!(path in modules)) return null;
  const name = `${className} on the object "${object.name}"`;
  try {
    const Class = modules[path]()[className];
    if (typeof Class !== 'function') {
      problems.push(`${name} is left out: ${path} does not export the class; write "export class ${className}"`);
      return null;
    }
    return makeScript(object, Class as new () => StandInScript);
  } catch (thrown) {
    problems.push(`${name} is left out, because it failed to load: ${messageOf(thrown)}`);
    return null;
  }
}

function setInputs(
  { use, script }: MadeScript,
  { program, overrides }: SceneBuild,
  live: ReadonlyMap<string, unknown>,
): void {
  const { inspector } = program.scripts.find(({ id }) => id === use.script)!;
  for (const [name, value] of Object.entries({ ...use.inputs, ...overrides[use.id] })) {
    const declared = inspector.find((entry) => entry.kind === 'input' && entry.name === name);
    const isQuat = declared?.kind === 'input' && declared.type === 'quat';
    (script as unknown as Record<string, unknown>)[name] = liveValue(value, isQuat, live);
  }
}

/** Links to what could not be made are null, as in Lens Studio. */
function liveValue(value: InputValue, isQuat: boolean, live: ReadonlyMap<string, unknown>): unknown {
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return (value as readonly InputValue[]).map((item) => liveValue(item, isQuat, live));
  if ('link' in value) return live.get(value.link) ?? null;
  const [a, b, c, d] = (value as { vector: readonly number[] }).vector;
  if (isQuat) return new Quat(a, b, c, d);
  if (d !== undefined) return new Vec4(a, b, c, d);
  return c === undefined ? new Vec2(a, b) : new Vec3(a, b, c);
}
