import type { Entity } from '../lens-studio/files/entity.ts';
import type { Model } from '../lens-studio/project/model.ts';
import { type Finding, finding } from './finding.ts';

/** Objects of a scene that no camera shows, since it renders none of their layers. */
export function checkLayers({ assets, entityById }: Model): Finding[] {
  return assets.flatMap(({ entities }) => {
    if (entities?.[0]?.type !== 'Scene') return [];
    const cameras = entities.filter(({ type }) => type === 'Camera');
    const rendered = cameras.reduce((layers, camera) => layers | layersOf(camera, 'renderLayer'), 0);
    return entities.filter(isEnabled).flatMap((object) => {
      const layers = layersOf(object, 'Layers');
      const [visual] = object.links
        .filter(({ field }) => field === 'Components')
        .flatMap(({ id }) => entityById.get(id) ?? [])
        .filter((component) => isVisual(component) && isEnabled(component));
      // Versions before 5.2 name one layer instead.
      if (object.type !== 'SceneObject' || !visual || layers === 0 || (layers & rendered) !== 0) return [];
      const what = `${visual.type} on "${object.fields.get('Name')}" in the layers ${layers}, but cameras render ${rendered}`;
      return [finding('no-camera', { file: object.file, line: object.line }, what)];
    });
  });
}

/** A bit for each layer. */
function layersOf({ fields }: Entity, name: string): number {
  const layers = fields.get(name);
  return typeof layers === 'number' ? layers : 0;
}

function isEnabled({ fields }: Entity): boolean {
  return fields.get('Enabled') !== false;
}

/** All that is drawn can cast a shadow. */
function isVisual({ fields }: Entity): boolean {
  return fields.has('MeshShadowMode');
}
