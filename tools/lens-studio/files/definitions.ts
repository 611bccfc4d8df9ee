import type { Asset } from './asset.ts';
import { kindOfKey } from './meta.ts';

/** Where an id stands for something. */
export interface Definition {
  readonly id: string;
  /** The entity's type, or what comes of the asset's file; null where only Lens Studio knows. */
  readonly kind: string | null;
  readonly file: string;
  readonly line: number;
}

/** Every id with the places that define it: one, unless it stands twice. */
export type Definitions = ReadonlyMap<string, readonly Definition[]>;

/** Ids of entities, and those that a `.meta` gives to what comes of its file. */
export function definitionsOf(assets: readonly Asset[]): Definitions {
  const definitions = new Map<string, Definition[]>();
  const add = (definition: Definition) => {
    const known = definitions.get(definition.id);
    if (known) known.push(definition);
    else definitions.set(definition.id, [definition]);
  };
  for (const { path, entities, meta } of assets) {
    const here = [...(entities ?? []), ...(meta ? [meta.entity, ...meta.others] : [])];
    for (const { id, type, file, line } of here) add({ id, kind: type, file, line });
    // Of an asset that is an entity itself, the meta only repeats the id.
    const known = new Set(here.map(({ id }) => id));
    for (const [key, id] of meta?.imported ?? []) {
      if (meta === null || known.has(id)) continue;
      known.add(id);
      add({ id, kind: kindOfKey(path, key), file: meta.path, line: meta.entity.line });
    }
  }
  return definitions;
}
