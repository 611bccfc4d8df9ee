import { StandInSignal } from './events.ts';
import { StandInMaterialVisual } from './materials.ts';
import { Vec3 } from './math.ts';
import { StandInComponent } from './scene.ts';

export enum AttachmentPointType {
  CandideCenter,
  Chin,
  Forehead,
  HeadCenter,
  LeftCheek,
  LeftEyeballCenter,
  LeftForehead,
  MouthCenter,
  RightCheek,
  RightEyeballCenter,
  RightForehead,
  TriangleBarycentric,
}

export class StandInHead extends StandInComponent implements Head {
  faceIndex = 0;
  attachmentPoint: number = AttachmentPointType.HeadCenter;
  readonly onLandmarksUpdate = new StandInSignal<vec2[], void>();

  setAttachmentPointType(attachmentPoint: number): void {
    this.attachmentPoint = attachmentPoint;
  }
}

export class StandInRectangleSetter extends StandInComponent implements RectangleSetter {
  cropTexture!: Texture;
}

/** A point of a stretch feature, which only Lens Studio makes. */
export interface StandInStretchPoint {
  readonly index: number;
  delta: vec3;
  weight: number;
}

interface Feature {
  points: StandInStretchPoint[];
  weight: number;
}

export class StandInFaceStretch extends StandInMaterialVisual implements FaceStretchVisual {
  /** How many points a new feature has. */
  static pointsPerFeature = 93;
  faceIndex = 0;
  readonly features = new Map<string, Feature>();

  addFeature(name: string): void {
    const points = Array.from({ length: StandInFaceStretch.pointsPerFeature }, (_, index) => ({
      index,
      delta: Vec3.zero(),
      weight: 0,
    }));
    this.features.set(name, { points, weight: 0 });
  }

  getFeaturePoints(name: string): StandInStretchPoint[] {
    return this.feature(name).points.map((point) => ({ ...point }));
  }

  updateFeaturePoints(name: string, points: StandInStretchPoint[]): void {
    this.feature(name).points = points.map((point) => ({ ...point }));
  }

  getFeatureWeight(name: string): number {
    return this.feature(name).weight;
  }

  setFeatureWeight(name: string, weight: number): void {
    if (!(weight > -0.5 && weight < 2)) throw new Error(`weight ${weight} of ${name} is not in (-0.5, 2)`);
    this.feature(name).weight = weight;
  }

  private feature(name: string): Feature {
    const feature = this.features.get(name);
    if (feature === undefined) throw new Error(`there is no feature ${name}`);
    return feature;
  }
}

export class StandInLiquify extends StandInMaterialVisual implements LiquifyVisual {
  radius = 1;
  intensity = 1;
}

export class StandInRetouch extends StandInMaterialVisual implements RetouchVisual {
  faceIndex = 0;
  softSkinIntensity = 0.5;
  teethWhiteningIntensity = 0.5;
  sharpenEyeIntensity = 0.5;
  eyeWhiteningIntensity = 0.5;

  // Scripts may read them, but to write them is an error.
  get softSkinEnabled(): boolean {
    return true;
  }

  get teethWhiteningEnabled(): boolean {
    return true;
  }

  get eyeSharpeningEnabled(): boolean {
    return true;
  }

  get eyeWhiteningEnabled(): boolean {
    return true;
  }
}

export const components = {
  Head: StandInHead,
  RectangleSetter: StandInRectangleSetter,
  FaceStretchVisual: StandInFaceStretch,
  LiquifyVisual: StandInLiquify,
  RetouchVisual: StandInRetouch,
};

export const globals = { AttachmentPointType };
