import { fields, NULL_ID, own, reference, Tagged, vector } from '../../lens-studio/yaml/value.ts';
import { write } from '../../lens-studio/yaml/write.ts';
import { assetId, idOf } from '../ids.ts';
import { sortedById } from '../sorted-by-id.ts';
import { componentId, flatten, objectId, type SceneObject, WORLD } from './tree.ts';

/**
 * A scene's file.
 * @param path of the file from the project's folder. @param target path of the render target that is shown.
 */
export function writeScene(path: string, roots: readonly SceneObject[], target: string): string {
  const output = reference(assetId(target));
  const scene = new Tagged(
    `Scene/${assetId(path)}`,
    fields({
      PackagePath: '',
      objects: roots.map(({ name }) => own(objectId(name))),
      layers: new Tagged(`Layers/${idOf(`layers ${path}`)}`, fields({ userLayers: [], HasOrtho: true })),
      RenderOutput: output,
      RenderPreviewOutput: output,
      RenderOverlayOutput: reference(NULL_ID),
      PhysicsRootWorldSettings: reference(NULL_ID),
    }),
  );
  return write([scene, ...sceneEntities(roots)]);
}

/** Objects and their components, as entities sorted by id. */
export function sceneEntities(roots: readonly SceneObject[]): Tagged[] {
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
