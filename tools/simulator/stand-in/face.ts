import type { FaceCrop } from '../lens.ts';
import { StandInSignal } from './events.ts';
import { Vec2 } from './math.ts';
import { StandInComponent } from './scene.ts';
import { ScriptObjectStandIn } from './script-object.ts';

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
}

export class StandInTexture extends ScriptObjectStandIn implements Texture {
  name = 'texture';

  /** @param picture id of the asset whose file it shows, if it is one. */
  constructor(
    readonly control: TextureProvider = new ScriptObjectStandIn(),
    readonly picture: string | null = null,
  ) {
    super();
  }
}

export const components = { Head: StandInHead, RectangleSetter: StandInRectangleSetter };

export const globals = { AttachmentPointType };
