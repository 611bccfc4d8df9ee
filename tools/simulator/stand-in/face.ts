import type { FaceCrop } from '../../../ml/faces/geometry.ts';
import { StandInSignal } from './events.ts';
import { Vec2 } from './math.ts';
import { StandInComponent } from './scene.ts';
import { ScriptObjectStandIn } from './script-object.ts';
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

/** What the screen shows. */
export class StandInScreen extends ScriptObjectStandIn implements TextureProvider {
  constructor(private readonly world: World) {
    super();
  }

  getAspect = () => this.world.screenAspect;
}

/** Of a texture whose file is not read. */
class UnknownTexture extends ScriptObjectStandIn implements TextureProvider {
  getAspect(): number {
    throw new Error('the simulator knows the aspect of the screen and of face crops alone');
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

export const components = { Head: StandInHead, RectangleSetter: StandInRectangleSetter };

export const globals = { AttachmentPointType };
