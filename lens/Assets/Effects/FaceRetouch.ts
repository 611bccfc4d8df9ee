import type { EffectPart } from './EffectStage';
import { createChild, createOrReport } from './SceneParts';

/** How much of each, 0..1. */
export interface RetouchAmounts {
  readonly softSkin: number;
  readonly whiteTeeth: number;
  readonly sharpEyes: number;
  readonly whiteEyes: number;
}

const NOTHING: RetouchAmounts = { softSkin: 0, whiteTeeth: 0, sharpEyes: 0, whiteEyes: 0 };

/** Softens the skin, whitens teeth and eyes, sharpens eyes. */
export class FaceRetouch implements EffectPart {
  private readonly visual: RetouchVisual | undefined;

  /**
   * @param made one that the scene holds. Only such a one is sure to work: it has the face's texture coordinates, which
   *   scripts cannot give to a new one.
   */
  constructor(parent: SceneObject, faceIndex: number, made: RetouchVisual | undefined) {
    const create = () => createChild(parent, 'Retouch').createComponent('RetouchVisual');
    this.visual = createOrReport('Retouch', () => (isNull(made) ? create() : (made as RetouchVisual)));
    if (this.visual) this.visual.faceIndex = faceIndex;
    this.rest();
  }

  /** @param level 0: the face as it is; 1: the amounts as they are. */
  set(level: number, { softSkin, whiteTeeth, sharpEyes, whiteEyes }: RetouchAmounts): void {
    const { visual } = this;
    if (!visual) return;
    visual.softSkinIntensity = level * softSkin;
    visual.teethWhiteningIntensity = level * whiteTeeth;
    visual.sharpenEyeIntensity = level * sharpEyes;
    visual.eyeWhiteningIntensity = level * whiteEyes;
    const works = level * (softSkin + whiteTeeth + sharpEyes + whiteEyes) > 0;
    if (visual.enabled !== works) visual.enabled = works;
  }

  rest(): void {
    this.set(0, NOTHING);
  }
}
