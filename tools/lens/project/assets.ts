import { fields, float, NULL_ID, reference, Tagged, type Value, vector } from '../yaml/value.ts';
import { write } from '../yaml/write.ts';
import { assetId } from './ids.ts';

/** An asset that is one entity in a file of its own. @param path from the project's folder. */
function entityFile(path: string, type: string, content: Record<string, Value>): string {
  return write([new Tagged(`${type}/${assetId(path)}`, fields({ PackagePath: '', ...content }))]);
}

/** The camera of the phone as a texture. */
export function deviceCameraTexture(path: string): string {
  return entityFile(path, 'DeviceCameraTexture', {});
}

/** What the cameras draw into: the screen, beginning with a texture. @param background path of the texture. */
export function renderTarget(path: string, background: string): string {
  return entityFile(path, 'RenderTarget', {
    UseScreenResolution: true,
    Resolution: fields({ x: 900, y: 1600 }),
    ResolutionScale: float(1),
    AntialiasingMode: 'Disabled',
    AntialiasingQuality: 'Ultra',
    MSAAStrategy: 'OnlyWhenRequired',
    TAASharpening: float(1),
    TAADebug: false,
    TAAColorClamping: true,
    TAAVelocityDilation: true,
    TAADebugConsts: vector(0, 0, 0, 0),
    ClearColorOption: 'BackgroundTexture',
    ClearColor: vector(0, 0, 0, 0),
    InputTexture: reference(assetId(background)),
    DepthBuffer: 'Auto',
  });
}

/**
 * The face in the camera's picture, cut out.
 * @param scale of the crop. @param mouthWeight how far its middle moves from the middle of the face to the mouth, 0..1.
 */
export function faceCropTexture(path: string, scale: number, mouthWeight: number): string {
  return entityFile(path, 'FaceCropTexture', {
    InputTexture: reference(NULL_ID),
    Scale: vector(scale, scale),
    FaceIndex: 0,
    FaceCenterMouthWeight: float(mouthWeight),
    TrackingScope: reference(NULL_ID),
  });
}
