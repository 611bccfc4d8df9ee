import { type Fields, fields, own, Tagged, type Value } from '../../lens-studio/yaml/value.ts';
import { write } from '../../lens-studio/yaml/write.ts';
import { assetId, idOf } from '../ids.ts';
import { assetMeta } from '../meta.ts';
import { idIn } from '../sorted-by-id.ts';
import { objectId, type SceneObject } from './tree.ts';
import { sceneEntities } from './write-scene.ts';

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
