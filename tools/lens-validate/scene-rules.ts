import type { AssetIndex } from '../lens-studio/analysis/asset-index.ts';
import type { Asset } from '../lens-studio/files/contents.ts';
import type { Entity, Link } from '../lens-studio/files/entity.ts';
import { type Finding, finding } from './finding.ts';

/** The tree that own-links make of the entities of a file. */
export function checkOwnership({ assets }: AssetIndex): Finding[] {
  return assets.flatMap((asset: Asset) => [
    ...ownershipIn(asset.entities ?? []),
    ...ownershipIn(asset.meta ? [asset.meta.entity, ...asset.meta.others] : []),
  ]);
}

/** @param entities of a file; the first is its root. */
function ownershipIn(entities: readonly Entity[]): Finding[] {
  const byId = new Map(entities.map((entity) => [entity.id, entity]));
  const owner = new Map<string, Entity>();
  const findings: Finding[] = [];
  for (const entity of entities)
    for (const link of entity.links) {
      if (link.kind !== 'own') continue;
      const target = byId.get(link.id);
      const before = owner.get(link.id);
      const says = ownText(entity, link);
      const place = { file: entity.file, line: link.line };
      if (!target) findings.push(finding('unresolved-own', place, `${says}, which is not in this file`));
      else if (before)
        findings.push(finding('doubly-owned', place, `${says}, which ${before.type} ${before.id} owns already`));
      else owner.set(link.id, entity);
    }
  return [...findings, ...unreached(entities, owner)];
}

function ownText({ type }: Entity, { field, id }: Link): string {
  return `${type}.${field} owns ${id}`;
}

/** Entities to which no own-link leads, and those in circles. */
function unreached(entities: readonly Entity[], owner: ReadonlyMap<string, Entity>): Finding[] {
  const [root] = entities;
  const circles = inCircles(entities, owner);
  const findings: Finding[] = [];
  for (const entity of entities) {
    const { file, line, type, id } = entity;
    if (entity !== root && !owner.has(id))
      findings.push(finding('orphan', { file, line }, `${type} ${id}, which nothing owns`));
    if (circles.has(entity)) {
      const by = owner.get(id)!;
      findings.push(finding('own-cycle', { file, line }, `${type} ${id} owns itself through ${by.type} ${by.id}`));
    }
  }
  return findings;
}

/** Each entity is passed once: a way up that comes to where it was is a circle. */
function inCircles(entities: readonly Entity[], owner: ReadonlyMap<string, Entity>): Set<Entity> {
  const circles = new Set<Entity>();
  const passed = new Set<Entity>();
  for (const entity of entities) {
    const way = new Set<Entity>();
    let at: Entity | undefined = entity;
    for (; at && !passed.has(at); at = owner.get(at.id)) {
      passed.add(at);
      way.add(at);
    }
    if (at === undefined || !way.has(at)) continue;
    const first = at;
    do {
      circles.add(at);
      at = owner.get(at.id)!;
    } while (at !== first);
  }
  return circles;
}

/** Objects of a scene that no camera shows, since it renders none of their layers. */
export function checkLayers({ assets, entityById }: AssetIndex): Finding[] {
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
