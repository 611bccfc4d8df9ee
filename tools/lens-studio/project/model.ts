import type { Asset } from '../files/asset.ts';
import type { Contents } from '../files/contents.ts';
import type { Definition } from '../files/definitions.ts';
import type { Entity } from '../files/entity.ts';
import type { Esproj } from '../files/esproj.ts';
import { endingOf } from '../files/importers.ts';
import type { PackedPackage } from '../files/packed-package.ts';
import { LONGEST } from '../yaml/parse.ts';
import { type AbsentPackage, absentPackages } from './absent-packages.ts';
import { readScripts, unread } from './read-scripts.ts';
import type { Order, ScriptFile } from './script-thread.ts';

/** What the rules look at: a project, or a package by itself. */
export interface Model extends Contents {
  /** Null for a package. */
  readonly folder: string | null;
  readonly esproj: Esproj | null;
  readonly packages: readonly PackedPackage[];
  /** What files and metas hold. */
  readonly entities: readonly Entity[];
  readonly entityById: ReadonlyMap<string, Entity>;
  readonly scripts: readonly ScriptFile[];
  /** Its JavaScript files. */
  readonly plainScripts: readonly ScriptFile[];
  /** What an id stands for in the project or in its packages. */
  resolve(id: string): Definition | null;
  readonly absent: readonly AbsentPackage[];
  /** Whether a package is needed whose ids are not known. */
  readonly hasUnreadPackage: boolean;
}

/** Reads the scripts of a project or package and brings together what the rules look at. */
export async function modelOf(project: Contents & Pick<Model, 'folder' | 'esproj' | 'packages'>): Promise<Model> {
  const { assets, definitions, packages } = project;
  const entities = assets.flatMap(entitiesOf);
  const scripts = await scriptFiles(assets, 'ts');
  const absent = await absentPackages(assets, scripts);
  return {
    ...project,
    entities,
    entityById: new Map(entities.map((entity) => [entity.id, entity])),
    scripts,
    plainScripts: await scriptFiles(assets, 'js'),
    resolve: (id) => {
      const own = definitions.get(id);
      if (own) return own[0];
      for (const packed of packages) {
        const found = packed.definitions?.get(id);
        if (found) return found[0];
      }
      return null;
    },
    absent,
    hasUnreadPackage: absent.length > 0 || packages.some((packed) => packed.definitions === null),
  };
}

/** Of the asset's file and of its `.meta`, without the copy of a prefab's file that its `.meta` keeps. */
function entitiesOf({ path, entities, meta }: Asset): Entity[] {
  const others = endingOf(path) === 'prefab' ? [] : (meta?.others ?? []);
  return [...(entities ?? []), ...(meta ? [meta.entity, ...others] : [])];
}

/** Files of an ending; declarations are no scripts. */
async function scriptFiles(assets: readonly Asset[], ending: 'ts' | 'js'): Promise<ScriptFile[]> {
  const orders: Order[] = [];
  const tooLong: ScriptFile[] = [];
  for (const { path, file, pointer } of assets) {
    if (endingOf(path) !== ending || path.endsWith('.d.ts') || file === null || pointer) continue;
    if (file.bytes > LONGEST) {
      const why = `it has ${file.bytes} bytes, at most ${LONGEST} are read`;
      tooLong.push({ path, text: '', ...unread(path, why) });
    } else orders.push({ path, text: new TextDecoder().decode(await file.read()) });
  }
  const readings = await readScripts(orders);
  return [...orders.map((order, at) => ({ ...order, ...readings[at] })), ...tooLong];
}
