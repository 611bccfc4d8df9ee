import { StandInSignal } from './events.ts';
import { Vec2 } from './math.ts';
import { type ComponentClass, StandInComponent } from './scene.ts';
import { ScriptObjectStandIn } from './script-object.ts';

enum AttachmentPointType {
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
  readonly onLandmarksUpdate = new StandInSignal<vec2[]>() as unknown as event1<vec2[], void>;

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
}

export class StandInTexture extends ScriptObjectStandIn implements Texture {
  name = 'texture';

  constructor(readonly control: TextureProvider = new ScriptObjectStandIn()) {
    super();
  }
}

export const components: Readonly<Record<string, ComponentClass>> = {
  Head: StandInHead,
  RectangleSetter: StandInRectangleSetter,
};

export const globals = { AttachmentPointType };
