import { UserError } from '../../ml/core/errors.ts';
import type { Script } from '../lens-studio/scripts/script.ts';
import { fields, float, NULL_ID, reference, Tagged, type Value, vector } from '../lens-studio/yaml/value.ts';
import { write } from '../lens-studio/yaml/write.ts';
import { assetId } from './ids.ts';

/** An asset that is one entity in a file of its own. @param path from the project's folder. */
export function entityFile(path: string, type: string, content: Record<string, Value>): string {
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
 * @param camera path of the texture with that picture.
 * @param detector script of `EmotionDetector`, whose inputs say how.
 */
export function faceCropTexture(path: string, camera: string, detector: Script): string {
  const scale = numberIn(detector, 'cropScale');
  return entityFile(path, 'FaceCropTexture', {
    InputTexture: reference(assetId(camera)),
    Scale: vector(scale, scale),
    FaceIndex: 0,
    FaceCenterMouthWeight: float(numberIn(detector, 'mouthWeight')),
    TrackingScope: reference(NULL_ID),
  });
}

/** The value of an input in the source. @throws UserError if there is no such number. */
function numberIn({ path, inputs }: Script, name: string): number {
  const value = inputs.find((input) => input.name === name)?.default;
  if (typeof value === 'number') return value;
  throw new UserError(
    `${path} has no input ${name} with a numeric default, which the face crop texture needs; add one`,
  );
}
