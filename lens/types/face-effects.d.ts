// Visuals that change the face itself.

interface ComponentNameMap {
  FaceStretchVisual: FaceStretchVisual;
  LiquifyVisual: LiquifyVisual;
  RetouchVisual: RetouchVisual;
}

/** One point of a stretch feature. */
declare class StretchPoint {
  protected constructor();
  index: number;
  /** Where the point is moved to, from where it is. */
  delta: vec3;
  weight: number;
}

/** Moves points of a face. A feature is a named set of moves with one weight. */
declare class FaceStretchVisual extends BaseMeshVisual {
  protected constructor();
  faceIndex: number;
  addFeature(name: string): void;
  getFeaturePoints(name: string): StretchPoint[];
  updateFeaturePoints(name: string, points: StretchPoint[]): void;
  getFeatureWeight(feature: string): number;
  /** @param intensity greater than -0.5 and less than 2. */
  setFeatureWeight(feature: string, intensity: number): void;
}

/** Bulges or pinches what is drawn behind it, in a circle. */
declare class LiquifyVisual extends BaseMeshVisual {
  protected constructor();
  radius: number;
  /** 1 changes nothing; above 1 bulges, below 1 pinches. */
  intensity: number;
}

/** Smooths skin and more. Which of the four it does is set in the scene and cannot be changed by scripts; all amounts are 0..1. */
declare class RetouchVisual extends MaterialMeshVisual {
  protected constructor();
  faceIndex: number;
  softSkinIntensity: number;
  teethWhiteningIntensity: number;
  sharpenEyeIntensity: number;
  eyeWhiteningIntensity: number;
}
