import { UserError } from '../../../ml/core/errors.ts';
import type { Fields } from '../../lens-studio/yaml/value.ts';
import { idOf } from '../ids.ts';

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
  if (twice !== undefined) throw new UserError(`the scene has two objects "${twice}"; give each a name of its own`);
  return objects;
}
