// Face tracking: its events, the head binding and the face crop texture.

interface ComponentNameMap {
  Head: Head;
  RectangleSetter: RectangleSetter;
}

interface EventNameMap {
  FaceFoundEvent: FaceFoundEvent;
  FaceLostEvent: FaceLostEvent;
}

declare class FaceTrackingEvent extends SceneEvent {
  protected constructor();
  faceIndex: number;
}

declare class FaceFoundEvent extends FaceTrackingEvent {
  protected constructor();
}

declare class FaceLostEvent extends FaceTrackingEvent {
  protected constructor();
}

declare enum AttachmentPointType {
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

/** Its scene object follows a point of a face. */
declare class Head extends Component {
  protected constructor();
  faceIndex: number;
  /** 93 points as parts of the screen, from its top left; the first 68 in the order of iBUG. */
  onLandmarksUpdate: event1<vec2[], void>;
  setAttachmentPointType(attachmentPointType: AttachmentPointType): void;
}

declare class CropTextureProvider extends TextureProvider {
  protected constructor();
  inputTexture: Texture;
}

/** The `control` of a face crop texture. */
declare class FaceCropTextureProvider extends CropTextureProvider {
  protected constructor();
  faceIndex: number;
  textureScale: vec2;
  /** 0: the face's own centre; 1: centred on the mouth. */
  faceCenterMouthWeight: number;
}

/** The `control` of a screen crop texture. */
declare class RectCropTextureProvider extends CropTextureProvider {
  protected constructor();
  /** The part of the input that it shows; -1..1 in both directions is all of it. */
  cropRect: Rect;
}

/** Lays the screen transform of its scene object over the part of the screen that a crop texture shows. */
declare class RectangleSetter extends Component {
  protected constructor();
  cropTexture: Texture;
}
