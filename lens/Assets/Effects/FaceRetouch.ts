import type { EffectPart } from './EffectStage';
import { createChild, createOrReport } from './SceneParts';

/** Softens the skin. */
export class FaceRetouch implements EffectPart {
  private readonly visual: RetouchVisual | undefined;

  constructor(parent: SceneObject, faceIndex: number) {
    const object = createChild(parent, 'Retouch');
    this.visual = createOrReport('Retouch', () => object.createComponent('RetouchVisual'));
    if (this.visual) this.visual.faceIndex = faceIndex;
    this.rest();
  }

  /** @param softness 0: the skin as it is; 1: very soft. */
  set(softness: number): void {
    if (this.visual) this.visual.softSkinIntensity = softness;
  }

  rest(): void {
    this.set(0);
  }
}
