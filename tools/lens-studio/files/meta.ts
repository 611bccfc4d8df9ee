import { z } from 'zod';
import { UserError } from '../../../ml/core/errors.ts';
import { type Entity, isId, plain } from './entity.ts';
import { importersOf } from './importers.ts';

/** What an asset's `.meta` says of it. */
export interface Meta {
  readonly path: string;
  readonly entity: Entity;
  readonly importer: string;
  /** Ids of the assets that come of the file, by key. */
  readonly imported: ReadonlyMap<string, string>;
  readonly primary: string;
  /** The further entities of the file: data of scripts, the source of a prefab, … */
  readonly others: readonly Entity[];
}

const id = z.string().refine(isId, 'expected an id');
const metaSchema = z.object({
  ImportedAssetIds: z.record(z.string(), id),
  ImporterName: z.string(),
  PrimaryAsset: id,
});

/** @throws UserError if the file holds no meta in the form of Lens Studio 5. */
export function readMeta(path: string, entities: readonly Entity[]): Meta {
  const entity = entities.find(({ type }) => type === 'AssetImportMetadata');
  if (entity === undefined)
    throw new UserError(
      `${path}:1: found no AssetImportMetadata; delete the file, and Lens Studio will create it again`,
    );
  const read = metaSchema.safeParse(plain(entity.fields));
  if (!read.success) {
    const [{ path: field, message }] = read.error.issues;
    throw new UserError(`${path}:${entity.line}: ${field.join('.')}: ${message}; restore the file from a backup`);
  }
  return {
    path,
    entity,
    importer: read.data.ImporterName,
    imported: new Map(Object.entries(read.data.ImportedAssetIds)),
    primary: read.data.PrimaryAsset,
    others: entities.filter((other) => other !== entity),
  };
}

const NESTED: readonly [RegExp, string][] = [
  [/^Materials\/[^|]*$/, 'Material'],
  [/^Meshes\/[^|]*$/, 'RenderMesh'],
];

/**
 * What comes of a file under a key of `ImportedAssetIds`: the key itself for files that give one asset, or what the key's
 * folder says for models; null where only Lens Studio knows.
 */
export function kindOfKey(path: string, key: string): string | null {
  if (importersOf(path).some((importer) => importer.key === key)) return key;
  return NESTED.find(([form]) => form.test(key))?.[1] ?? null;
}
