import type { EffectPart } from './EffectStage';
import { createChild, createHeadAnchor, createOrReport, RENDER_ORDER } from './SceneParts';

/** A landmark in the order of the iBUG 68 points, and where it is moved: to the side and up, in centimetres. */
export type LandmarkMove = readonly [landmark: number, dx: number, dy: number];

const FEATURE = 'Expression';
/** What `setFeatureWeight` takes: less than 2, more than -0.5. */
const GREATEST_WEIGHT = 1.99;
const LEAST_WEIGHT = -0.49;

/** A visual with the moves as its only feature. @throws Error if a landmark is not among the points that there are. */
function createStretch(object: SceneObject, moves: readonly LandmarkMove[], amount: number): FaceStretchVisual {
  const visual = object.createComponent('FaceStretchVisual');
  visual.setRenderOrder(RENDER_ORDER.faceWarp);
  visual.addFeature(FEATURE);
  const points = visual.getFeaturePoints(FEATURE);
  for (const [landmark, dx, dy] of moves) {
    const point = points.find((one) => one.index === landmark);
    if (point === undefined) throw new Error(`none of the ${points.length} stretch points has index ${landmark}`);
    point.delta = new vec3(amount * dx, amount * dy, 0);
    point.weight = 1;
  }
  visual.updateFeaturePoints(FEATURE, points);
  return visual;
}

/** Moves landmarks of a face. */
export class FaceStretch implements EffectPart {
  private readonly visual: FaceStretchVisual | undefined;

  /** @param amount factor to all moves. */
  constructor(parent: SceneObject, faceIndex: number, moves: readonly LandmarkMove[], amount: number) {
    const object = createChild(parent, 'Face Stretch');
    this.visual = createOrReport('Face stretch', () => createStretch(object, moves, amount));
    if (this.visual) this.visual.faceIndex = faceIndex;
    this.rest();
  }

  /** @param weight 0: the face as it is; 1: moved as described; kept within what Lens Studio takes. */
  set(weight: number): void {
    this.visual?.setFeatureWeight(FEATURE, Math.min(GREATEST_WEIGHT, Math.max(LEAST_WEIGHT, weight)));
  }

  rest(): void {
    this.set(0);
  }
}

/** Bulges or pinches around points of a face, such as its eyes. Lens Studio allows 10 of these points on a face. */
export class FaceLiquify implements EffectPart {
  private readonly visuals: readonly LiquifyVisual[];

  /** @param radius in centimetres. */
  constructor(parent: SceneObject, points: readonly AttachmentPointType[], faceIndex: number, radius: number) {
    const create = (point: AttachmentPointType) => {
      const visual = createHeadAnchor(parent, point, faceIndex).createComponent('LiquifyVisual');
      visual.radius = radius;
      visual.setRenderOrder(RENDER_ORDER.faceWarp);
      return visual;
    };
    this.visuals = createOrReport('Liquify', () => points.map(create)) ?? [];
    this.rest();
  }

  /** @param amount 0: the face as it is; above: bulges; below: pinches. */
  set(amount: number): void {
    for (let i = 0; i < this.visuals.length; i++) this.visuals[i].intensity = 1 + amount;
  }

  rest(): void {
    this.set(0);
  }
}
