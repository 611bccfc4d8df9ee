import { UserError } from '../../../ml/core/errors.ts';
import type { Asset } from '../files/asset.ts';
import { type Contents, type Fault, faultOf } from '../files/contents.ts';
import type { Definition } from '../files/definitions.ts';
import type { Entity } from '../files/entity.ts';
import type { Esproj } from '../files/esproj.ts';
import { endingOf } from '../files/importers.ts';
import type { PackedPackage } from '../files/project.ts';
import { readScript } from '../scripts/read-script.ts';
import type { Script } from '../scripts/script.ts';

/** A script of the project. */
export interface ScriptFile {
  readonly path: string;
  readonly text: string;
  /** Null if it is no TypeScript, for the reason given. */
  readonly script: Script | null;
  readonly fault: Fault | null;
}

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
  /** What an id stands for in the project or in its packages. */
  resolve(id: string): Definition | null;
  /** Whether a package is there whose ids are not known. */
  readonly hasUnreadPackage: boolean;
}

export async function modelOf(project: Contents & Pick<Model, 'folder' | 'esproj' | 'packages'>): Promise<Model> {
  const { assets, definitions, packages } = project;
  const entities = assets.flatMap(entitiesOf);
  return {
    ...project,
    entities,
    entityById: new Map(entities.map((entity) => [entity.id, entity])),
    scripts: await readScripts(assets),
    resolve: (id) => {
      const own = definitions.get(id);
      if (own) return own[0];
      for (const packed of packages) {
        const found = packed.definitions?.get(id);
        if (found) return found[0];
      }
      return null;
    },
    hasUnreadPackage: packages.some((packed) => packed.definitions === null),
  };
}

/** Of the asset's file and of its `.meta`, without the copy of a prefab's file that its `.meta` keeps. */
function entitiesOf({ path, entities, meta }: Asset): Entity[] {
  const others = endingOf(path) === 'prefab' ? [] : (meta?.others ?? []);
  return [...(entities ?? []), ...(meta ? [meta.entity, ...others] : [])];
}

async function readScripts(assets: readonly Asset[]): Promise<ScriptFile[]> {
  const scripts: ScriptFile[] = [];
  for (const { path, file, pointer } of assets) {
    // Declarations are no scripts.
    if (endingOf(path) !== 'ts' || path.endsWith('.d.ts') || file === null || pointer) continue;
    const text = new TextDecoder().decode(await file.read());
    scripts.push({ path, text, ...tryScript(text, path) });
  }
  return scripts;
}

function tryScript(text: string, path: string): Pick<ScriptFile, 'script' | 'fault'> {
  try {
    return { script: readScript(text, path), fault: null };
  } catch (thrown) {
    if (!(thrown instanceof UserError)) throw thrown;
    return { script: null, fault: faultOf(path, thrown.message) };
  }
}
