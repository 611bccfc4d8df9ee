import type { FaceCrop } from '../../../ml/faces/face.ts';
import type { Crop } from '../lens.ts';
import { StandInSignal } from './events.ts';
import { Vec2, Vec3 } from './math.ts';
import { ScriptObjectStandIn, StandInComponent } from './scene.ts';
import { StandInRect, StandInVisual } from './visuals.ts';
import type { World } from './world.ts';

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

export class StandInFaceCrop extends ScriptObjectStandIn implements FaceCropTextureProvider {
  inputTexture!: Texture;
  faceIndex = 0;
  textureScale: vec2 = Vec2.one();
  faceCenterMouthWeight = 0.1;

  /** What it shows. */
  get crop(): FaceCrop {
    const { faceIndex, textureScale, faceCenterMouthWeight } = this;
    return { faceIndex, scaleX: textureScale.x, scaleY: textureScale.y, mouthWeight: faceCenterMouthWeight };
  }

  getAspect = () => this.textureScale.x / this.textureScale.y;
}

/** What the screen shows: the camera's picture. */
export class StandInScreen extends ScriptObjectStandIn implements TextureProvider {
  constructor(private readonly world: World) {
    super();
  }

  getAspect = () => this.world.screenAspect;
}

/** The `control` of a screen crop texture. */
export class StandInScreenCrop extends ScriptObjectStandIn implements RectCropTextureProvider {
  cropRect: Rect;

  constructor(
    public inputTexture: Texture,
    [left, right, bottom, top]: readonly number[],
  ) {
    super();
    this.cropRect = new StandInRect(left, right, bottom, top);
  }

  getAspect(): number {
    const { left, right, bottom, top } = this.cropRect;
    return (this.inputTexture.control.getAspect() * (right - left)) / (top - bottom);
  }
}

/** Of a texture whose file is not read. */
class UnknownTexture extends ScriptObjectStandIn implements TextureProvider {
  getAspect(): number {
    throw new Error('the simulator knows only the aspect of the screen and of crops');
  }
}

export class StandInTexture extends ScriptObjectStandIn implements Texture {
  name = 'texture';

  /** @param picture id of the asset whose file it shows, if it is one. */
  constructor(
    readonly control: TextureProvider = new UnknownTexture(),
    readonly picture: string | null = null,
  ) {
    super();
  }
}

/** What a texture shows of the camera's picture; null where it is something else, or a crop of a crop. */
export function cropOf({ control }: Texture): Crop | null {
  if (control instanceof StandInFaceCrop) return { kind: 'faceCrop', ...control.crop };
  if (control instanceof StandInScreen) return { kind: 'screenCrop', rect: [-1, 1, -1, 1] };
  if (!(control instanceof StandInScreenCrop && control.inputTexture.control instanceof StandInScreen)) return null;
  const { left, right, bottom, top } = control.cropRect;
  return { kind: 'screenCrop', rect: [left, right, bottom, top] };
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

export class StandInFaceStretch extends StandInVisual implements FaceStretchVisual {
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

export class StandInLiquify extends StandInVisual implements LiquifyVisual {
  radius = 1;
  intensity = 1;
}

export class StandInRetouch extends StandInVisual implements RetouchVisual {
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
