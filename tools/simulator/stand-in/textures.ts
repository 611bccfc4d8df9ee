import type { FaceCrop } from '../../../ml/faces/face.ts';
import type { Crop, TextureUse } from '../lens.ts';
import { Vec2 } from './math.ts';
import { ScriptObjectStandIn } from './scene.ts';
import { StandInRect } from './visuals.ts';
import type { World } from './world.ts';

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

  /** Null for textures that the simulator cannot show. */
  get source(): TextureUse['source'] | null {
    return this.picture === null ? cropOf(this) : { kind: 'picture', id: this.picture };
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
