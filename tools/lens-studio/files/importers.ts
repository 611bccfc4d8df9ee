import { basename, extname } from 'node:path';

/** How Lens Studio imports a kind of file: the importer that its `.meta` names and the key of the asset that comes of it. */
export interface Importer {
  readonly name: string;
  /** Key in `ImportedAssetIds`; null where it depends on the file's content, as for models with many meshes. */
  readonly key: string | null;
}

const one = (name: string, key: string | null): readonly Importer[] => [{ name, key }];

const TEXTURE = one('FileTextureImporter', 'Texture');
const AUDIO = one('FileAudioTrackImporter', 'FileAudioTrack');
const MODEL = one('FileMLAssetImporter', 'FileMLAsset');
const FONT = one('FontImporter', 'Font');
const BIN = one('BinAssetImporter', 'BinAsset');
/** Lens Studio ≤ 4 packed its objects in files of the same ending. */
const PACKAGE = [...one('NativePackageImporter', null), ...one('LensCoreImporter', null)];

/** Files of other programs, and binary ones; as counted over the `.meta` files of public projects of Lens Studio 5. */
const FILES: Readonly<Record<string, readonly Importer[]>> = {
  ts: one('TypeScriptAssetImporter', 'TypeScriptAsset'),
  js: one('JavaScriptAssetImporter', 'JavaScriptAsset'),
  onnx: MODEL,
  tflite: MODEL,
  dnn: MODEL,
  png: TEXTURE,
  jpg: TEXTURE,
  jpeg: TEXTURE,
  pvr: TEXTURE,
  hdr: one('EnvmapTextureImporter', null),
  gif: one('GifImporter', 'AnimatedTexture'),
  mp3: AUDIO,
  wav: AUDIO,
  mp4: one('VideoTextureImporter', 'VideoTexture'),
  ttf: FONT,
  otf: FONT,
  md: [...one('MarkdownAssetImporter', 'MarkdownAsset'), ...BIN],
  json: [...one('JsonAssetImporter', 'JsonAsset'), ...BIN],
  txt: BIN,
  csv: BIN,
  html: BIN,
  mesh: one('FileMeshImporter', 'FileMesh'),
  fbx: one('FbxImporter', null),
  glb: one('GltfImporter', null),
  gltf: one('GltfImporter', null),
  obj: one('ObjImporter', null),
  ss_graph: one('ShaderGraphPassImporter', 'ShaderGraph'),
  graphshader: one('ShaderGraphPassImporter', 'ShaderGraph'),
  vfxgraph: one('VFXAssetImporter', 'VFXGraph'),
  lspkg: PACKAGE,
  lsc: PACKAGE,
  lso: PACKAGE,
};

/** A file of one asset whose importer and key are named like the file's ending. */
const named = (...keys: string[]) => keys.map((key) => [key.toLowerCase(), one(`${key}Importer`, key)]);
/** A texture that Lens Studio makes itself. */
const textures = (...names: string[]) => names.map((name) => [name.toLowerCase(), one(`${name}Importer`, 'Texture')]);

/** Files that hold entities in Lens Studio's YAML. */
const ENTITIES: Readonly<Record<string, readonly Importer[]>> = {
  scene: one('SceneImporter', 'Scene'),
  prefab: one('ObjectPrefabImporter', 'ObjectPrefab'),
  mat: one('MaterialImporter', 'Material'),
  native: one('NativePackageDescriptorImporter', 'NativePackageDescriptor'),
  micaudio: one('MicrophoneAudioTrackImporter', 'MicrophoneAudioTrack'),
  location: one('LocationAssetImporter', 'LocationAsset'),
  location_mesh: one('LocationMeshImporter', 'LocationMesh'),
  handtracking3d: one('HandTracking3DAssetImporter', 'HandTracking3DAsset'),
  ...Object.fromEntries([
    ...textures('DeviceCameraTexture', 'FaceCropTexture', 'ScreenCropTexture', 'ScreenTexture'),
    ...textures('SegmentationTexture', 'TextTexture', 'ProxyTexture'),
    ...named('RenderTarget', 'FaceMesh', 'FaceTrackingScope', 'BodyMesh', 'UpperBodyMesh', 'WorldMesh', 'Matter'),
    ...named('AnimationAsset', 'AnimationLayer', 'AnimationMixerLayer', 'AnimationCurveTrack', 'AudioOutput', 'Filter'),
    ...named('AsrModule', 'BluetoothCentralModule', 'CameraModule', 'CloudStorageModule', 'ConnectedLensModule'),
    ...named('DeviceTrackingModule', 'InternetModule', 'LeaderboardModule', 'MapModule', 'RemoteServiceModule'),
    ...named('WorldQueryModule', 'SupabaseProject', 'ColocatedLandmarks2DMesh', 'ColocatedLandmarks3DMesh'),
  ]),
};

/** The importers that are known for a file by its ending, the usual one first; none for endings that are not known. */
export function importersOf(path: string): readonly Importer[] {
  return ENTITIES[endingOf(path)] ?? FILES[endingOf(path)] ?? [];
}

/** Whether a file holds entities by its ending; null for endings that are not known. */
export function holdsEntities(path: string): boolean | null {
  const ending = endingOf(path);
  return ending in ENTITIES ? true : ending in FILES ? false : null;
}

/** `scene` of `Assets/Scene.scene`, in lower case. */
export function endingOf(path: string): string {
  return extname(basename(path)).slice(1).toLowerCase();
}
