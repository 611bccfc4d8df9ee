import { UserError } from '../../ml/core/errors.ts';
import { importersOf } from '../lens-studio/files/importers.ts';
import { defaultScriptInputs, inputLines, scriptInputsHidden } from '../lens-studio/scripts/metadata.ts';
import type { Script } from '../lens-studio/scripts/script.ts';
import { type Fields, fields, float, NULL_ID, own, reference, Tagged, vector } from '../lens-studio/yaml/value.ts';
import { write } from '../lens-studio/yaml/write.ts';
import { assetId, idOf, sortedById } from './ids.ts';
import { type LensModel, type Port, portsOf } from './lens-model.ts';

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
 * The `.meta` next to a file, by which Lens Studio knows the id of the asset that comes of it.
 * @param path of the file, from the project's folder.
 * @throws UserError if Lens Studio imports no such file.
 */
export function assetMeta(
  path: string,
  { ids, importerSettings, compressionSettings, data, further = [] }: MetaExtras = {},
): string {
  const [importer] = importersOf(path);
  if (!importer?.key)
    throw new UserError(`${path}: Lens Studio is not known to import files of this format; choose another one`);
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

/** The `.meta` of a TypeScript file, with the inputs of its component. Lens Studio recreates those when it compiles. */
export function scriptMeta(script: Script): string {
  const { path } = script;
  return assetMeta(path, {
    data: {
      type: 'TypeScriptAssetData',
      id: idOf(`script data ${path}`),
      fields: fields({
        SvgIcon: '',
        SetupScript: fields({ code: '' }),
        Description: '',
        VersionMajor: 0,
        VersionMinor: 0,
        VersionPatch: 0,
        ComponentUid: idOf(`script component ${path}`),
        ExportUid: NULL_ID,
        PackagePolicy: 'CanBeUnpacked',
        ScriptInputsHidden: scriptInputsHidden(script),
        ScriptTypesHidden: fields({}),
        ReadMe: reference(NULL_ID),
        DeclarationFile: reference(NULL_ID),
        Tags: [],
        Attachments: [],
        DefaultScriptInputs: [defaultScriptInputs(script)],
        ScriptTypes: [fields({})],
        InputLines: inputLines(script),
      }),
    },
  });
}

/** The `.meta` of a model, with {@link portsOf}. @param path from the project's folder. */
export function modelMeta(path: string, model: Omit<LensModel, 'name' | 'bytes'>, ids?: MetaExtras['ids']): string {
  const { inputs, output } = portsOf(model);
  return assetMeta(path, {
    ids,
    importerSettings: new Tagged(
      'FileMLAssetImporterSettings',
      fields({
        Inputs: inputs.map(modelInput),
        Outputs: [
          new Tagged(
            'MLOutput',
            fields({
              Name: output.name,
              Shape: vector(...output.shape),
              Normalizations: repeat(output),
              InputName: '',
              OutputTexture: reference(NULL_ID),
            }),
          ),
        ],
      }),
    ),
    compressionSettings: new Tagged(
      'SingleCompressionSettings',
      fields({ CompressorName: 'None', CompressionSettings: own(NULL_ID) }),
    ),
  });
}

function modelInput(port: Port): Tagged {
  return new Tagged(
    'MLInput',
    fields({
      Name: port.name,
      Shape: vector(...port.shape),
      Normalizations: repeat(port),
      Transformer: fields({
        stretch: true,
        'alignment.horizontal': 'Center',
        'alignment.vertical': 'Center',
        fill: vector(0, 0, 0, 1),
        flipX: false,
        flipY: false,
        rotation: 'None',
      }),
      Texture: reference(NULL_ID),
    }),
  );
}

function repeat({ shape: [, , channels], normalization: { scale, bias } }: Port): Fields[] {
  return Array.from({ length: channels }, () => fields({ scale: float(scale), bias: float(bias) }));
}
