/** What may stand where a link asks for a class of Lens Studio. Classes that are not here take entities of their own name. */
const KINDS: Readonly<Record<string, RegExp>> = {
  Texture: /Texture$|^RenderTarget$/,
  RenderMesh: /Mesh$/,
  MLAsset: /MLAsset$/,
  AudioTrackAsset: /AudioTrack$|^AudioOutput$/,
  ScriptAsset: /^(Type|Java)ScriptAsset$/,
  VFXAsset: /^VFX(Graph|Asset)$/,
  AssignableType: /^ScriptComponent$/,
  ColliderComponent: /^(Collider|Body)Component$/,
  MaterialMeshVisual: /Visual$|^Image$|^Text3D$|^VFXComponent$/,
  BaseMeshVisual: /Visual$|^(Image|Text|Text3D|VFXComponent)$/,
};

/** Classes whose links take entities of exactly their own name. */
const EXACT = new Set([
  'AnimationMixer',
  'AnimationPlayer',
  'AudioComponent',
  'Camera',
  'DeviceTracking',
  'Font',
  'Head',
  'Image',
  'LightSource',
  'Material',
  'ObjectPrefab',
  'PostEffectVisual',
  'RenderMeshVisual',
  'RenderTarget',
  'SceneObject',
  'ScreenTransform',
  'ScriptComponent',
  'ShaderGraph',
  'Text',
  'Text3D',
]);

/**
 * Whether something of a kind may stand where a class is asked for.
 * @param kind null where only Lens Studio knows; that, and classes that are not known here, are taken for right.
 */
export function isKind(kind: string | null, wanted: string): boolean {
  if (kind === null) return true;
  const kinds = KINDS[wanted];
  if (kinds) return kinds.test(kind);
  return !EXACT.has(wanted) || kind === wanted;
}
