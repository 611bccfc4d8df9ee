import type { Asset, Contents, Definition } from '../files/contents.ts';
import type { Entity } from '../files/entity.ts';
import { endingOf } from '../files/importers.ts';
import type { PackedPackage } from '../files/package.ts';
import type { Esproj } from '../files/project.ts';
import { MAX_TEXT_LENGTH } from '../yaml/parse.ts';
import { type AbsentPackage, absentPackages } from './absent-packages.ts';
import { readScripts, unread } from './read-scripts.ts';
import type { ScriptFile, ScriptSource } from './script-thread.ts';

/** The assets, entities and scripts of a project or of a package by itself, which can be looked up by id. */
export interface AssetIndex extends Contents {
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

/** Indexes what was read of a project or package, and reads its scripts. */
export async function indexAssets(
  project: Contents & Pick<AssetIndex, 'folder' | 'esproj' | 'packages'>,
): Promise<AssetIndex> {
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
  const sources: ScriptSource[] = [];
  const tooLong: ScriptFile[] = [];
  for (const { path, file, pointer } of assets) {
    if (endingOf(path) !== ending || path.endsWith('.d.ts') || file === null || pointer) continue;
    if (file.bytes > MAX_TEXT_LENGTH) {
      const why = `it has ${file.bytes} bytes, at most ${MAX_TEXT_LENGTH} are read`;
      tooLong.push({ path, text: '', ...unread(path, why) });
    } else sources.push({ path, text: new TextDecoder().decode(await file.read()) });
  }
  const readings = await readScripts(sources);
  return [...sources.map((source, at) => ({ ...source, ...readings[at] })), ...tooLong];
}
