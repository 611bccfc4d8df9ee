import type { EffectPart } from './EffectStage';
import { createChild, RENDER_ORDER } from './SceneParts';

/** The properties that a material of the screen has. */
export const SCREEN_PROPERTIES = ['screenTexture', 'intensity', 'time'];

/** Something that changes the light of the whole screen. */
export interface ScreenLight extends EffectPart {
  /** @param level 0 (nothing to be seen) to 1. @param time seconds since the entrance. */
  set(level: number, time: number): void;
}

/**
 * What the cameras have drawn, changed by a material. At level 0 it is disabled and costs nothing. It is made when there is
 * something to show first: in the faintest frame of a fade-in.
 */
export class ScreenEffect implements ScreenLight {
  private visual: PostEffectVisual | undefined;

  constructor(
    private readonly parent: SceneObject,
    private readonly material: Material,
  ) {}

  set(level: number, time: number): void {
    const shown = level > 0;
    if (!this.visual && !shown) return;
    this.visual = this.visual ?? this.create();
    if (shown) {
      this.visual.mainPass.intensity = Math.min(1, level);
      this.visual.mainPass.time = time;
    }
    if (this.visual.enabled !== shown) this.visual.enabled = shown;
  }

  rest(): void {
    this.set(0, 0);
  }

  private create(): PostEffectVisual {
    const visual = createChild(this.parent, 'Screen Effect').createComponent('PostEffectVisual');
    visual.mainMaterial = this.material.clone();
    visual.setRenderOrder(RENDER_ORDER.screenEffect);
    return visual;
  }
}
