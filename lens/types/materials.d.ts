// Materials and what is drawn with them.

interface ComponentNameMap {
  Image: Image;
  PostEffectVisual: PostEffectVisual;
}

/** How a material draws. Besides what stands here it has the properties of its shader graph, by their script names. */
declare class Pass extends ScriptObject {
  protected constructor();
  // biome-ignore lint/suspicious/noExplicitAny: numbers, vectors and textures, as the graph declares them
  [property: string]: any;
  name: string;
  blendMode: BlendMode;
  depthTest: boolean;
  depthWrite: boolean;
  twoSided: boolean;
}

declare class Material extends Asset {
  protected constructor();
  mainPass: Pass;
  getPass(index: number): Pass;
  getPassCount(): number;
  /** A copy, whose properties can be set without changing this one. */
  clone(): Material;
}

declare class MaterialMeshVisual extends BaseMeshVisual {
  protected constructor();
  /** The first of its materials. */
  mainMaterial: Material;
  mainPass: Pass;
  materials: Material[];
  addMaterial(material: Material): void;
  clearMaterials(): void;
  getMaterial(index: number): Material;
  getMaterialsCount(): number;
}

/** A rectangle with a material: its screen transform's, or in the scene one that faces along z. */
declare class Image extends MaterialMeshVisual {
  protected constructor();
  flipX: boolean;
  flipY: boolean;
  rotationAngle: number;
  pivot: vec2;
}

/** Draws its material over the whole screen; a texture of what is drawn so far lets it change that. */
declare class PostEffectVisual extends MaterialMeshVisual {
  protected constructor();
}

/**
 * An asset of the project by its path from the script's folder: `requireAsset('./Glow.mat')`. Lens Studio takes only a
 * literal.
 */
declare function requireAsset(path: string): Asset;
