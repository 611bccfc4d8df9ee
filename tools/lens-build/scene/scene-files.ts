import { UserError } from '../../../ml/core/errors.ts';
import {
  type Fields,
  fields,
  NULL_ID,
  own,
  reference,
  Tagged,
  type Value,
  vector,
} from '../../lens-studio/yaml/value.ts';
import { write } from '../../lens-studio/yaml/write.ts';
import { assetId, idIn, idOf, sortedById } from '../ids.ts';
import { assetMeta } from '../meta.ts';
import type { Studio } from '../studio.ts';

/** An object of a scene. Its name is unique in the scene, since its id and those of its components come from it. */
export interface SceneObject {
  readonly name: string;
  /** By default {@link WORLD}. */
  readonly layer?: number;
  /** In centimetres; by default at its parent's place. */
  readonly position?: readonly [number, number, number];
  readonly components?: readonly Component[];
  readonly children?: readonly SceneObject[];
}

/** A component of an object. */
export interface Component {
  /** `Camera`, `ScriptComponent`, … */
  readonly type: string;
  /** Unique among the components of its object; of a script the class. */
  readonly name: string;
  readonly fields: Fields;
}

/** What perspective cameras see. */
export const WORLD = 1;
/** What orthographic cameras see: the layer that Lens Studio keeps for them. */
export const SCREEN = 1 << 20;

/** The id of a scene object, for links. */
export function objectId(name: string): string {
  return idOf(`scene object ${name}`);
}

/** The id of a component by its object's name and its own, for links. */
export function componentId(object: string, name: string): string {
  return idOf(`component ${object}/${name}`);
}

/** All objects, parents before their children. @throws UserError if two have the same name. */
export function flatten(roots: readonly SceneObject[]): SceneObject[] {
  const objects = roots.flatMap(function below(object): SceneObject[] {
    return [object, ...(object.children ?? []).flatMap(below)];
  });
  const names = objects.map(({ name }) => name);
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new UserError(`the scene has two objects named "${twice}"; give them different names`);
  return objects;
}

/**
 * A scene's file.
 * @param path of the file from the project's folder. @param target path of the render target that is shown.
 * @param studio that it is written for.
 */
export function writeScene(
  path: string,
  roots: readonly SceneObject[],
  target: string,
  { graphs }: Pick<Studio, 'graphs'>,
): string {
  const output = reference(assetId(target));
  const scene = new Tagged(
    `Scene/${assetId(path)}`,
    fields({
      PackagePath: '',
      objects: roots.map(({ name }) => own(objectId(name))),
      layers: new Tagged(
        `Layers/${idOf(`layers ${path}`)}`,
        fields({ userLayers: [], ...(!graphs && { HasOrtho: true }) }),
      ),
      RenderOutput: output,
      RenderPreviewOutput: output,
      RenderOverlayOutput: reference(NULL_ID),
      PhysicsRootWorldSettings: reference(NULL_ID),
    }),
  );
  return write([scene, ...sceneEntities(roots)]);
}

/** Objects and their components, as entities sorted by id. */
function sceneEntities(roots: readonly SceneObject[]): Tagged[] {
  return sortedById(flatten(roots).flatMap((object) => [objectEntity(object), ...componentEntities(object)]));
}

function objectEntity({
  name,
  layer = WORLD,
  position = [0, 0, 0],
  components = [],
  children = [],
}: SceneObject): Tagged {
  return new Tagged(
    `SceneObject/${objectId(name)}`,
    fields({
      PrefabRemaps: [],
      Name: name,
      Enabled: true,
      Layers: layer,
      LocalTransform: new Tagged(
        'TransformEntity',
        fields({
          Position: vector(...position),
          Rotation: vector(0, 0, 0),
          Scale: vector(1, 1, 1),
          HasSegmentScaleCompensation: false,
        }),
      ),
      Children: children.map((child) => own(objectId(child.name))),
      Components: components.map((component) => own(componentId(name, component.name))),
    }),
  );
}

function componentEntities({ name: object, components = [] }: SceneObject): Tagged[] {
  return components.map(
    ({ type, name, fields: ofType }) =>
      new Tagged(
        `${type}/${componentId(object, name)}`,
        new Map([...fields({ PrefabRemaps: [], Name: name, Enabled: true }), ...ofType]),
      ),
  );
}

/** The file of a prefab and its `.meta`, which holds a second copy of the objects under ids of its own. */
export interface Prefab {
  readonly file: string;
  readonly meta: string;
}

/** @param path of the file, by which the prefab gets its id. */
export function writePrefab(path: string, root: SceneObject): Prefab {
  const entities = sceneEntities([root]);
  const copies = new Map(entities.map((entity) => [idIn(entity), copyId(idIn(entity))]));
  const prefab = new Tagged(
    `ObjectPrefab/${assetId(path)}`,
    fields({ PackagePath: '', objects: [own(objectId(root.name))], LazyLoading: false, RetainAssets: true }),
  );
  const remaps = [...copies].map(([id, copy]) => fields({ [id]: copy }));
  return {
    file: write([prefab, ...entities.map((entity) => withRemaps(entity, objectId(root.name), remaps))]),
    meta: assetMeta(path, {
      data: {
        type: 'ObjectPrefabAssetData',
        id: idOf(`prefab data ${path}`),
        fields: fields({
          Prototype: new Tagged(
            `ObjectOwner/${idOf(`prefab prototype ${path}`)}`,
            fields({ PackagePath: '', objects: [own(copyId(objectId(root.name)))] }),
          ),
        }),
      },
      further: entities.map((entity) => renamed(entity, copies) as Tagged),
    }),
  };
}

/** The id of an object's copy in the `.meta`, as Lens Studio makes it: the second half inverted. */
function copyId(id: string): string {
  const invert = (digits: string) =>
    [...digits].map((digit) => (15 - Number.parseInt(digit, 16)).toString(16)).join('');
  const [first, second, third, fourth, fifth] = id.split('-');
  return [first, second, third, invert(fourth), invert(fifth)].join('-');
}

/** The root of a prefab says which copy in the `.meta` belongs to which of its entities. */
function withRemaps(entity: Tagged, root: string, remaps: Fields[]): Tagged {
  if (idIn(entity) !== root) return entity;
  return new Tagged(entity.tag, new Map([...(entity.value as Fields), ['PrefabRemaps', remaps]]));
}

/** The same with other ids, in tags and links. */
function renamed(value: Value, ids: ReadonlyMap<string, string>): Value {
  if (value instanceof Tagged) {
    const [type, id] = value.tag.split('/');
    return new Tagged(ids.has(id) ? `${type}/${ids.get(id)}` : value.tag, renamed(value.value, ids));
  }
  if (Array.isArray(value)) return value.map((item) => renamed(item, ids));
  if (typeof value === 'string') return ids.get(value) ?? value;
  if (!(value instanceof Map) || value.has('x')) return value;
  return new Map([...value].map(([key, item]) => [key, renamed(item, ids)]));
}
