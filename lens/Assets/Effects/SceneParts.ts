/**
 * In which order visuals are drawn, lowest first: what warps the face also warps what was drawn before it, and so does
 * what changes the screen. The debug overlay of the detector lies above all of these.
 */
export const RENDER_ORDER = { faceWarp: 1, headPiece: 10, screenEffect: 15, tint: 20, screenPiece: 21 };

/** A new object below `parent`, seen by the same cameras. */
export function createChild(parent: SceneObject, name: string): SceneObject {
  const object = global.scene.createSceneObject(name);
  object.setParent(parent);
  object.layer = parent.layer;
  return object;
}

/** A new object that fills the screen region `parent`. */
export function createScreenChild(parent: SceneObject, name: string): SceneObject {
  const object = createChild(parent, name);
  object.createComponent('ScreenTransform').anchors = Rect.create(-1, 1, -1, 1);
  return object;
}

/**
 * A new object that follows a point of a face; its children lie in centimetres around it: x to the side, y up, z out of
 * the face.
 */
export function createHeadAnchor(parent: SceneObject, point: AttachmentPointType, faceIndex: number): SceneObject {
  const object = createChild(parent, 'Head Anchor');
  const head = object.createComponent('Head');
  head.faceIndex = faceIndex;
  head.setAttachmentPointType(point);
  return object;
}

/** What `create` makes; if Lens Studio refuses, one line says why, and the effect continues without it. */
export function createOrReport<T>(what: string, create: () => T): T | undefined {
  try {
    return create();
  } catch (error) {
    print(`${what}: the effect continues without it (${error}).`);
    return undefined;
  }
}
