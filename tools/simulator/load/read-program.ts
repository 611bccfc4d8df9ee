import { isAbsolute, join } from 'node:path';
import { UserError } from '../../../ml/core/errors.ts';
import { type AssetIndex, indexAssets } from '../../lens-studio/analysis/asset-index.ts';
import { describeFault } from '../../lens-studio/files/contents.ts';
import type { Entity } from '../../lens-studio/files/entity.ts';
import { readProject } from '../../lens-studio/files/project.ts';
import type { LensProgram, ProgramObject } from '../program.ts';
import { readAssets } from './read-assets.ts';
import { ComponentReader } from './read-components.ts';
import { numbersOf, ownIds, RADIANS } from './values.ts';

/**
 * Reads a project of Lens Studio as the simulator runs it. Whatever it does not know, and whatever is wired wrongly,
 * becomes one of the program's problems, and the rest is read.
 * @param folder of the project; its `.esproj` lies there.
 * @throws UserError if the folder is not a project, its `.esproj` cannot be read, or its scene is missing.
 */
export async function readProgram(folder: string): Promise<LensProgram> {
  const project = await readProject(folder);
  const index = await indexAssets(project);
  const scene = sceneOf(index, folder);
  const problems = index.faults.map(describeFault);
  const { assets, scripts } = await readAssets(index, problems);
  const reader = new ComponentReader(index, scripts, new Set(assets.map(({ id }) => id)), problems);
  const objects = readObjects(index, scene, reader, problems);
  return { name: project.esproj.metaInfo.lensName, objects, scripts, assets, problems };
}

function sceneOf({ esproj, entityById, faults }: AssetIndex, folder: string): Entity {
  const scene = entityById.get(esproj?.sceneId ?? '');
  if (scene?.type === 'Scene') return scene;
  const unread = faults.find(({ path }) => path.endsWith('.scene'));
  if (unread) throw new UserError(`${describeFault(unread)}; correct the scene, or restore it from a backup`);
  const file = isAbsolute(esproj!.path) ? esproj!.path : join(folder, esproj!.path);
  throw new UserError(
    `${file}: sceneId: found ${esproj!.sceneId}, which is not the id of a scene in the project; ` +
      'restore the scene from a backup, or correct the id',
  );
}

/** Levels of objects; projects have a dozen. */
const MAX_LEVELS = 500;

/** Those of the scene, top down. */
function readObjects(index: AssetIndex, scene: Entity, reader: ComponentReader, problems: string[]): ProgramObject[] {
  const found = new Map<Entity, Entity | null>();
  const visit = (owner: Entity, field: string, parent: Entity | null, level: number) => {
    for (const id of ownIds(owner, field)) {
      const entity = index.entityById.get(id);
      const where = parent === null ? 'the scene' : `"${nameOf(parent)}"`;
      if (entity?.type !== 'SceneObject')
        problems.push(`${owner.file}: ${where} contains an object that does not exist (${id}); it is left out`);
      else if (found.has(entity))
        problems.push(
          `${owner.file}: the object "${nameOf(entity)}" is in the scene twice; the second occurrence is left out`,
        );
      else if (level > MAX_LEVELS)
        problems.push(
          `${owner.file}: the object "${nameOf(entity)}" lies more than ${MAX_LEVELS} levels deep; it is left out`,
        );
      else {
        found.set(entity, parent);
        visit(entity, 'Children', entity, level + 1);
      }
    }
  };
  visit(scene, 'objects', null, 1);
  reader.registerObjects([...found.keys()]);
  return Array.from(found, ([entity, parent]) => {
    const transform = entity.fields.get('LocalTransform') ?? null;
    return {
      id: entity.id,
      name: nameOf(entity),
      enabled: entity.fields.get('Enabled') !== false,
      parent: parent?.id ?? null,
      layers: Number(entity.fields.get('Layers') ?? 1),
      // Lens Studio 5.9 and older write the names in lower case.
      position: numbersOf(transform, ['Position', 'position'], 'xyz', 0),
      rotation: numbersOf(transform, ['Rotation', 'rotation'], 'xyz', 0).map((degrees) => degrees * RADIANS),
      scale: numbersOf(transform, ['Scale', 'scale'], 'xyz', 1),
      components: reader.componentsOf(entity),
    };
  });
}

const nameOf = (entity: Entity): string => String(entity.fields.get('Name') ?? '');
