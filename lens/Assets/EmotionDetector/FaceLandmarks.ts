import { LANDMARK_VALUES, normalizeLandmarks, placeLandmarks } from './Landmarks';

/** Where the points of a face are, as the model takes them. Nothing is asked of Lens Studio before `follow` is called. */
export class FaceLandmarks {
  /** Zeros while nothing is known of the face; the same array always. */
  readonly values = new Float32Array(LANDMARK_VALUES);
  private anchor: SceneObject | undefined;

  /**
   * @param owner below which the head is made if the scene has no camera.
   * @param mirrored whether the model sees the face mirrored.
   */
  constructor(
    private readonly owner: SceneObject,
    private readonly faceIndex: number,
    private readonly mirrored: boolean,
  ) {}

  get areKnown(): boolean {
    return this.values.some((value) => value !== 0);
  }

  /** Listens to the face from now on. @throws Error if Lens Studio refuses. */
  follow(): void {
    // Where there is no live target it fails here, once, and not at each update.
    global.scene.liveTarget.control.getAspect();
    this.anchor = global.scene.createSceneObject('Face Landmarks');
    // Lens Studio wants heads below the camera.
    this.anchor.setParent(findCamera() ?? this.owner);
    const head = this.anchor.createComponent('Head');
    head.faceIndex = this.faceIndex;
    head.onLandmarksUpdate.add((points) => this.take(points));
  }

  /** The face is gone. */
  forget(): void {
    this.values.fill(0);
  }

  destroy(): void {
    // The camera may have been destroyed before, and its children with it.
    if (this.anchor && !isNull(this.anchor)) this.anchor.destroy();
  }

  /** @param points 93, of which the first 68 are iBUG's. */
  private take(points: vec2[]): void {
    if (2 * points.length < LANDMARK_VALUES) {
      this.forget();
      return;
    }
    placeLandmarks(points, global.scene.liveTarget.control.getAspect(), this.mirrored, this.values);
    normalizeLandmarks(this.values, this.values);
  }
}

/** The object of the first camera: of those nearest to the scene's root, the uppermost. */
function findCamera(): SceneObject | undefined {
  const { scene } = global;
  const objects = Array.from({ length: scene.getRootObjectsCount() }, (_, root) => scene.getRootObject(root));
  for (const object of objects) {
    if (object.getComponent('Camera')) return object;
    // The loop goes on with them.
    objects.push(...object.children);
  }
  return undefined;
}
