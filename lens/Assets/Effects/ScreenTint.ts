import type { EffectPart } from './EffectStage';
import { createScreenChild, RENDER_ORDER } from './SceneParts';

/** A colour all over the screen is this much weaker than one at its edges, so that the face stays clear. */
const WHOLE_SCREEN = 0.45;
/** The panel is this much larger than the letter that it lies behind, in size and in margins: beyond any screen. */
const OVERSIZE = 4;
const MARGIN = 100;

/**
 * Tints the screen: the background of a Text whose letter cannot be seen, because a Text needs no material. With a
 * texture it tints where that is opaque (a vignette: the edges); without one it tints the whole screen, weaker.
 */
export class ScreenTint implements EffectPart {
  private readonly object: SceneObject;
  private readonly fill: TextFill;
  private readonly color: vec4;
  private readonly opacity: number;
  private readonly textured: boolean;

  /** @param color its alpha, 0..1, is the opacity at level 1. */
  constructor(region: SceneObject, color: vec4, vignette: Texture | undefined) {
    this.object = createScreenChild(region, 'Tint');
    this.object.enabled = false;
    this.object.getComponent('ScreenTransform').scale = new vec3(OVERSIZE, OVERSIZE, 1);
    this.textured = !isNull(vignette);
    this.color = new vec4(color.x, color.y, color.z, 0);
    this.opacity = this.textured ? color.w : color.w * WHOLE_SCREEN;

    const text = this.object.createComponent('Text');
    text.text = 'M';
    text.sizeToFit = true;
    text.textFill.color = new vec4(0, 0, 0, 0);
    text.setRenderOrder(RENDER_ORDER.tint);
    const { backgroundSettings } = text;
    backgroundSettings.enabled = true;
    backgroundSettings.margins = Rect.create(MARGIN, MARGIN, MARGIN, MARGIN);
    this.fill = backgroundSettings.fill;
    if (this.textured) {
      this.fill.mode = TextFillMode.Texture;
      this.fill.texture = vignette as Texture;
      this.fill.tileZone = TileZone.Screen;
      this.fill.tileCount = 1;
      this.fill.textureStretch = StretchMode.Stretch;
    }
    this.set(0);
  }

  /** @param level 0 (nothing to be seen) and up; the opacity never rises above 1. */
  set(level: number): void {
    this.color.w = Math.min(1, Math.max(0, this.opacity * level));
    if (this.textured) this.fill.colorTint = this.color;
    else this.fill.color = this.color;
    const shown = this.color.w > 0;
    if (this.object.enabled !== shown) this.object.enabled = shown;
  }

  rest(): void {
    this.set(0);
  }
}
