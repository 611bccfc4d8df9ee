import type { AssetIndex } from '../lens-studio/analysis/asset-index.ts';
import { lineOf } from '../lens-studio/files/entity.ts';
import { isNewer } from './esproj-rules.ts';
import { type Finding, finding } from './finding.ts';

/** Fields that Lens Studio was never seen to write: a newer version's, or a typing error. Each is reported once. */
export function checkFields({ entities, esproj }: AssetIndex): Finding[] {
  // A newer version is reported once, as such.
  if (esproj !== null && isNewer(esproj)) return [];
  const reported = new Set<string>();
  return entities.flatMap((entity) => {
    const known = KNOWN_FIELDS.get(entity.type);
    const unknown = known ? [...entity.fields.keys()].filter((name) => !known.has(name)) : [];
    return unknown.flatMap((name) => {
      const field = `${entity.type}.${name}`;
      if (reported.has(field)) return [];
      reported.add(field);
      return [finding('unknown-field', { file: entity.file, line: lineOf(entity, name) }, field)];
    });
  });
}

const COMPONENT = 'PrefabRemaps Name Enabled';
const VISUAL = `${COMPONENT} RenderOrder StretchMode VerticalAlignment HorizontalAlignment MeshShadowMode ShadowColor ShadowDensity`;
const ASSET = 'PackagePath Name';
const DESCRIBED = `SvgIcon Description VersionMajor VersionMinor VersionPatch VersionPrerelease ComponentUid ExportUid
  SetupScript ReadMe DeclarationFile Tags Attachments PackagePolicy InternalVersion CurrentVisibility MaxVisibility`;

/** The fields that Lens Studio 5.0 to 5.24 was seen to write, of the types that most projects have. */
const FIELDS = {
  Scene: `${ASSET} objects layers RenderOutput RenderPreviewOutput RenderOverlayOutput PhysicsRootWorldSettings
    PrefabPreviewEnvironmentInitialized PrefabPreviewEnvironment HiddenInCaptureLayers HiddenInDisplayLayers`,
  SceneObject: `${COMPONENT} Layers Layer LocalTransform Children Components`,
  ObjectPrefab: `${ASSET} objects LazyLoading RetainAssets PreviewEnvironment`,
  ScriptComponent: `${COMPONENT} ScriptAsset ScriptInputsDefault ScriptTypesDefault ScriptInputs ScriptTypes`,
  Camera: `${COMPONENT} renderLayer MipmapLevel RenderOrder Size Near Far Fov ClearColor ClearDepth Aspect CameraType
    DepthMode DeviceProperty AspectPreset OitLayers RenderTarget DepthStencilRenderTarget MaskTexture RayTracing
    DevicePropertiesSource InputTexture`,
  Head: `${COMPONENT} AttachmentPointType FaceIndex AttachedBarycentricVertex TrackingScope`,
  AudioComponent: `${COMPONENT} AudioTrack EnableAutoplayLoop Volume EnableMixToSnap RecordVolume EnableSpatialAudio
    EnableDistanceEffect CurveType MinDistance MaxDistance EnableDirectivityEffect EnablePositionEffect`,
  ScreenTransform: `${COMPONENT} IsAdvanced Constraints Pivot Transform RawMode ForceBasic Anchor Offset
    EnableDebugRender`,
  ScreenRegionComponent: `${COMPONENT} ScreenRegionType ResizeWithKeyboard`,
  Canvas: `${COMPONENT} UnitType SortingType WorldSpaceRect OffsetUnit LayoutRect
    DebugRenderLayoutRect BasisResolution`,
  Text: `${VISUAL} Text Editable ShowEditingPreview TouchHandler SizeToFit FontSize Font LayoutRect OverflowVertical
    OverflowHorizontal Fill BlendMode Outline Dropshadow Background AdvancedLayout DepthTest TwoSided ExtentsTarget
    FontWeight Italic EnableRichText FontSource PreferredStyle DebugRenderLayoutRect`,
  Image: `${VISUAL} Materials FlipX FlipY RotationAngle Pivot ExtentsTarget Size`,
  RenderMeshVisual: `${VISUAL} Materials Mesh Skin BlendShapesEnabled BlendNormals BlendShapes RayTracing`,
  PostEffectVisual: `${VISUAL} Materials`,
  RenderTarget: `${ASSET} UseScreenResolution Resolution ResolutionScale AntialiasingMode AntialiasingQuality MSAAStrategy
    TAASharpening TAADebug TAAColorClamping TAAVelocityDilation TAADebugConsts ClearColorOption ClearColor InputTexture
    DepthBuffer AllocateMips`,
  DeviceCameraTexture: ASSET,
  FaceCropTexture: `${ASSET} InputTexture Scale FaceIndex FaceCenterMouthWeight TrackingScope`,
  Material: `${ASSET} PassesInfo`,
  AssetImportMetadata: `ImportedAssetIds ImporterName PrimaryAsset PackageType LegacyPackagePolicy PackagePolicy ExtraData
    AssetDataMap AssetData DependentFiles ImporterSettings CompressionSettings NativePackageRoot`,
  TypeScriptAssetData: `${DESCRIBED} ScriptInputsHidden ScriptTypesHidden DefaultScriptInputs ScriptTypes InputLines
    Icon UpdateOrder`,
  NativePackageDescriptor: `${ASSET} ${DESCRIBED} StudioVersion UpdateCheckpoint Instantiable coreVersion clientVersion
    AssetLibraryDependencyStructure`,
};

/** By type of entity; a type that is not here may have any. */
const KNOWN_FIELDS: ReadonlyMap<string, ReadonlySet<string>> = new Map(
  Object.entries(FIELDS).map(([type, names]) => [type, new Set(names.split(/\s+/))]),
);
