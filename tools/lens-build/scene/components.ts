import { UserError } from '../../../ml/core/errors.ts';
import { inputLink, inputValue, tagOf } from '../../lens-studio/scripts/metadata.ts';
import type { Literal, Script, ScriptInput } from '../../lens-studio/scripts/script.ts';
import {
  type Fields,
  fields,
  float,
  NULL_ID,
  reference,
  Tagged,
  type Value,
  vector,
} from '../../lens-studio/yaml/value.ts';
import { assetId } from '../ids.ts';
import type { Studio } from '../studio.ts';
import { RETOUCH_POINTS } from './retouch-points.ts';
import { type Component, SCREEN, WORLD } from './scene-files.ts';

/** A camera of the faces: what it shows is drawn over the phone's picture. @param target path of the render target. */
export function perspectiveCamera(target: string): Component {
  return camera({ layer: WORLD, order: 0, near: 1, far: 1000, type: 'Perspective', target });
}

/** A camera of the screen, drawn after the other. @param target path of the render target. */
export function orthographicCamera(target: string): Component {
  return camera({ layer: SCREEN, order: 1, near: -1, far: 200, type: 'Orthographic', target });
}

interface CameraSettings {
  readonly layer: number;
  readonly order: number;
  readonly near: number;
  readonly far: number;
  readonly type: 'Perspective' | 'Orthographic';
  readonly target: string;
}

function camera({ layer, order, near, far, type, target }: CameraSettings): Component {
  const nothing = reference(NULL_ID);
  return {
    type: 'Camera',
    name: 'Camera',
    fields: fields({
      renderLayer: layer,
      MipmapLevel: 0,
      RenderOrder: order,
      Size: float(20),
      Near: float(near),
      Far: float(far),
      Fov: float(63.541019),
      ClearColor: new Tagged(
        'CameraClearColor',
        fields({ Mode: 'None', Color: vector(0, 0, 0, 1), InputTexture: nothing }),
      ),
      ClearDepth: new Tagged('CameraClearDepth', fields({ Mode: 'Value', Value: float(1), InputTexture: nothing })),
      Aspect: float(1),
      CameraType: type,
      DepthMode: 'Regular',
      DeviceProperty: 'All',
      AspectPreset: 'Custom',
      OitLayers: 'NoOit',
      RenderTarget: reference(assetId(target)),
      DepthStencilRenderTarget: nothing,
      MaskTexture: nothing,
      RayTracing: nothing,
      DevicePropertiesSource: nothing,
    }),
  };
}

/** What makes objects below an orthographic camera keep their place among each other. */
export function canvas({ graphs }: Pick<Studio, 'graphs'>): Component {
  const rectangle = sides(-15, -20, 15, 20);
  return {
    type: 'Canvas',
    name: 'Canvas',
    fields: fields({
      UnitType: 'World',
      SortingType: 'Hierarchy',
      ...(graphs
        ? {
            OffsetUnit: 'World',
            LayoutRect: rectangle,
            DebugRenderLayoutRect: false,
            BasisResolution: vector(1080, 1920),
          }
        : { WorldSpaceRect: rectangle }),
    }),
  };
}

/** Fills its parent. */
export function screenTransform({ graphs }: Pick<Studio, 'graphs'>): Component {
  return {
    type: 'ScreenTransform',
    name: 'Screen Transform',
    fields: fields({
      IsAdvanced: false,
      Constraints: fields({
        pinToLeft: false,
        pinToTop: false,
        pinToRight: false,
        pinToBottom: false,
        fixedWidth: false,
        fixedHeight: false,
        deactivatedFixedSprite: false,
        deactivatedFixedPivot: false,
      }),
      Pivot: vector(0, 0),
      Transform: fields({
        position: vector(0, 0, 0),
        rotation: vector(0, 0, 0),
        scale: vector(1, 1, 1),
        hasSegmentScaleCompensation: false,
      }),
      RawMode: true,
      ForceBasic: true,
      ...(graphs && { EnableDebugRender: false }),
      Anchor: sides(-1, -1, 1, 1),
      Offset: sides(0, 0, 0, 0),
    }),
  };
}

function sides(left: number, bottom: number, right: number, top: number): Fields {
  return fields({ left: float(left), bottom: float(bottom), right: float(right), top: float(top) });
}

/** Covers the whole screen of the phone. */
export function fullFrameRegion(): Component {
  return {
    type: 'ScreenRegionComponent',
    name: 'Screen Region',
    fields: fields({ ScreenRegionType: 'FullFrame', ResizeWithKeyboard: false }),
  };
}

/** Retouches a face as far as a script says: all four ways are on, since scripts cannot switch them on, and none does anything. */
export function faceRetouch(): Component {
  const ways = ['SoftSkin', 'TeethWhitening', 'EyeSharpening', 'EyeWhitening'];
  return {
    type: 'RetouchVisual',
    name: 'Face Retouch',
    fields: fields({
      RenderOrder: 0,
      StretchMode: 'Stretch',
      VerticalAlignment: 'Center',
      HorizontalAlignment: 'Center',
      MeshShadowMode: 'None',
      ShadowColor: vector(1, 1, 1, 1),
      ShadowDensity: float(1),
      Materials: [],
      FaceIndex: 0,
      TrackingScope: reference(NULL_ID),
      AutoMode: true,
      AutoType: 'MlRetouch',
      ...Object.fromEntries(
        ways.flatMap((way) => [[`${way}Enabled`, true] as const, [`${way}Intensity`, float(0)] as const]),
      ),
      TextureCoordinates: RETOUCH_POINTS.map((point) => vector(...point)),
    }),
  };
}

/** What a scene gives to an input: a value, or ids to link to. */
export type InputAssignment = Literal | Link | readonly Link[];

/** A link to an object, component or asset. */
export interface Link {
  readonly id: string;
}

/**
 * A TypeScript component.
 * @param given inputs by name; all others keep the value in the source.
 * @throws UserError if the script has no component, or no input of a name that is given.
 */
export function script(source: Script, given: Readonly<Record<string, InputAssignment>> = {}): Component {
  const { path, component, inputs } = source;
  if (component === null) throw new UserError(`${path} has no class with @component, but the scene needs one`);
  const unknown = Object.keys(given).find((name) => !inputs.some((input) => input.name === name));
  if (unknown !== undefined)
    throw new UserError(`${path} has no input ${unknown}, which the scene sets; rename one or the other`);
  return {
    type: 'ScriptComponent',
    name: component.className,
    fields: fields({
      ScriptAsset: reference(assetId(path)),
      ScriptInputsDefault: fields(
        Object.fromEntries(inputs.filter(({ name }) => !(name in given)).map(({ name }) => [name, true])),
      ),
      ScriptTypesDefault: fields({}),
      ScriptInputs: fields({
        '': fields(Object.fromEntries(inputs.map((input) => [input.name, valueFor(input, given[input.name])]))),
      }),
      ScriptTypes: fields({ '': fields({}) }),
    }),
  };
}

function valueFor(input: ScriptInput, given: InputAssignment | undefined): Value {
  if (given === undefined) return inputValue(input, input.default);
  const links = [given].flat().filter((item): item is Link => typeof item === 'object' && 'id' in item);
  if (links.length === 0) return inputValue(input, given as Literal);
  if (!input.type.isArray && links.length > 1) throw new Error(`${input.name} is ${tagOf(input.type)}, not a list`);
  return inputLink(
    input,
    links.map(({ id }) => id),
  );
}
