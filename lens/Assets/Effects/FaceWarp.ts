import type { EffectPart } from './EffectStage';
import { createChild, createHeadAnchor, createOrReport, RENDER_ORDER } from './SceneParts';

/** A landmark in the order of the iBUG 68 points, and where it is moved: to the side and up, in centimetres. */
export type LandmarkMove = readonly [landmark: number, dx: number, dy: number];

/** A point of a face that bulges (amount above 0) or is pinched (below). */
export type FaceBulge = readonly [point: AttachmentPointType, amount: number];

/** How an expression moves a face. */
export interface FaceMoves {
  readonly landmarks: readonly LandmarkMove[];
  /** What comes nearest to it where no landmarks can be moved. */
  readonly otherwise: readonly FaceBulge[];
}

const FEATURE = 'Expression';
/** What `setFeatureWeight` takes: less than 2, more than -0.5. */
const GREATEST_WEIGHT = 1.99;
const LEAST_WEIGHT = -0.49;
/** What Lens Studio's own Face Liquify begins with. */
const USUAL_RADIUS = 2;

/**
 * Moves landmarks of a face. Whether a face stretch that a script makes has points to move is not documented; if it has
 * none, one line says so, and the face bulges or is pinched instead.
 */
export class FaceStretch implements EffectPart {
  private readonly visual: FaceStretchVisual | undefined;
  private readonly liquify: FaceLiquify | undefined;

  /** @param amount factor to all moves. */
  constructor(
    parent: SceneObject,
    faceIndex: number,
    { landmarks, otherwise }: FaceMoves,
    private readonly amount: number,
  ) {
    const object = createChild(parent, 'Face Stretch');
    try {
      this.visual = createStretch(object, landmarks, amount);
      this.visual.faceIndex = faceIndex;
    } catch (error) {
      object.destroy();
      print(`Face stretch: the face bulges instead, because no landmarks can be moved (${error}).`);
      this.liquify = new FaceLiquify(parent, otherwise, faceIndex, USUAL_RADIUS);
    }
    this.rest();
  }

  /** @param weight 0: the face as it is; 1: moved as described; kept within what Lens Studio takes. */
  set(weight: number): void {
    const kept = Math.min(GREATEST_WEIGHT, Math.max(LEAST_WEIGHT, weight));
    this.liquify?.set(this.amount * kept);
    if (!this.visual) return;
    this.visual.setFeatureWeight(FEATURE, kept);
    enable(this.visual, this.amount * kept !== 0);
  }

  rest(): void {
    this.set(0);
  }
}

/** Bulges or pinches around points of a face, such as its eyes. Lens Studio allows 10 of these points on a face. */
export class FaceLiquify implements EffectPart {
  private readonly visuals: readonly LiquifyVisual[];

  /** @param radius in centimetres. */
  constructor(
    parent: SceneObject,
    private readonly bulges: readonly FaceBulge[],
    faceIndex: number,
    radius: number,
  ) {
    const create = ([point]: FaceBulge) => {
      const visual = createHeadAnchor(parent, point, faceIndex).createComponent('LiquifyVisual');
      visual.radius = radius;
      visual.setRenderOrder(RENDER_ORDER.faceWarp);
      return visual;
    };
    this.visuals = createOrReport('Liquify', () => bulges.map(create)) ?? [];
    this.rest();
  }

  /** @param level factor to all amounts; 0: the face as it is. */
  set(level: number): void {
    for (let i = 0; i < this.visuals.length; i++) {
      const amount = level * this.bulges[i][1];
      // 1 is Lens Studio's intensity for no change.
      this.visuals[i].intensity = 1 + amount;
      enable(this.visuals[i], amount !== 0);
    }
  }

  rest(): void {
    this.set(0);
  }
}

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

/** A visual that changes nothing still costs; it is enabled only while it does something. */
function enable(visual: BaseMeshVisual, works: boolean): void {
  if (visual.enabled !== works) visual.enabled = works;
}
