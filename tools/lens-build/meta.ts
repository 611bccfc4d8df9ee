import { UserError } from '../../ml/core/errors.ts';
import { importersOf } from '../lens-studio/files/importers.ts';
import { type Fields, fields, NULL_ID, own, reference, Tagged } from '../lens-studio/yaml/value.ts';
import { write } from '../lens-studio/yaml/write.ts';
import { assetId, idOf } from './ids.ts';
import { sortedById } from './sorted-by-id.ts';

/** Data that a `.meta` keeps of its asset, as scripts have. */
export interface AssetData {
  readonly type: string;
  readonly id: string;
  readonly fields: Fields;
}

/** What the `.meta` of an asset may say beyond the usual. */
export interface MetaExtras {
  /** Ids that it has already; by default they come from the path. */
  readonly ids?: { readonly asset: string; readonly meta: string };
  readonly importerSettings?: Tagged;
  readonly compressionSettings?: Tagged;
  readonly data?: AssetData;
  /** What else the `.meta` keeps, as that of a prefab its objects. */
  readonly further?: readonly Tagged[];
}

/**
 * The `.meta` beside a file, by which Lens Studio knows the id of the asset that comes of it.
 * @param path of the file, from the project's folder.
 * @throws UserError if Lens Studio imports no such file.
 */
export function assetMeta(
  path: string,
  { ids, importerSettings, compressionSettings, data, further = [] }: MetaExtras = {},
): string {
  const [importer] = importersOf(path);
  if (!importer?.key)
    throw new UserError(`${path}: Lens Studio is not known to import such a file; choose another format`);
  const asset = ids?.asset ?? assetId(path);
  const metadata = fields({
    ImportedAssetIds: fields({ [importer.key]: reference(asset) }),
    ImporterName: importer.name,
    PrimaryAsset: reference(asset),
    PackageType: 'NotAPackage',
    LegacyPackagePolicy: null,
    ExtraData: fields({}),
    AssetDataMap: fields(data ? { [importer.key]: own(data.id) } : {}),
    DependentFiles: [],
    ImporterSettings: importerSettings ?? new Tagged('AssetImporterSettings', fields({})),
    CompressionSettings: compressionSettings ?? own(NULL_ID),
  });
  const kept = data ? [new Tagged(`${data.type}/${data.id}`, data.fields), ...further] : further;
  return write([new Tagged(`AssetImportMetadata/${ids?.meta ?? idOf(`meta ${path}`)}`, metadata), ...sortedById(kept)]);
}
