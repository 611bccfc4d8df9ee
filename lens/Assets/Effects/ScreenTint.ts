import { createText } from '../EmotionDetector/CreateText';
import { createScreenChild, RENDER_ORDER } from './SceneParts';
import type { ScreenLight } from './ScreenEffect';

/** A colour all over the screen is this much weaker than one at its edges, so that the face stays clear. */
const WHOLE_SCREEN = 0.45;
/** The panel is this much larger than the letter that it lies behind, in size and in margins: beyond any screen. */
const OVERSIZE = 4;
const MARGIN = 100;

/**
 * Tints the screen: the background of a Text whose letter cannot be seen, because a Text needs no material. With a
 * texture it tints where that is opaque (a vignette: the edges); without one it tints the whole screen, weaker. The Text is
 * made when there is something to tint first: in the faintest frame of a fade-in, so that it cannot pop up.
 */
export class ScreenTint implements ScreenLight {
  private readonly color: vec4;
  private readonly opacity: number;
  private readonly vignette: Texture | undefined;
  private panel: { readonly object: SceneObject; readonly fill: TextFill } | undefined;

  /** @param color its alpha, 0..1, is the opacity at level 1. */
  constructor(
    private readonly region: SceneObject,
    color: vec4,
    vignette: Texture | undefined,
  ) {
    this.vignette = isNull(vignette) ? undefined : vignette;
    this.color = new vec4(color.x, color.y, color.z, 0);
    this.opacity = this.vignette ? color.w : color.w * WHOLE_SCREEN;
  }

  /** @param level 0 (nothing to be seen) and up; the opacity never rises above 1. */
  set(level: number): void {
    this.color.w = Math.min(1, Math.max(0, this.opacity * level));
    const shown = this.color.w > 0;
    if (!this.panel && !shown) return;
    this.panel = this.panel ?? createPanel(this.region, this.vignette);
    const { object, fill } = this.panel;
    if (this.vignette) fill.colorTint = this.color;
    else fill.color = this.color;
    if (object.enabled !== shown) object.enabled = shown;
  }

  rest(): void {
    this.set(0);
  }
}

function createPanel(region: SceneObject, vignette: Texture | undefined) {
  const object = createScreenChild(region, 'Tint');
  object.getComponent('ScreenTransform').scale = new vec3(OVERSIZE, OVERSIZE, 1);
  const text = createText(object, RENDER_ORDER.tint);
  text.text = 'M';
  text.textFill.color = new vec4(0, 0, 0, 0);
  const { backgroundSettings } = text;
  backgroundSettings.enabled = true;
  backgroundSettings.margins = Rect.create(MARGIN, MARGIN, MARGIN, MARGIN);
  const { fill } = backgroundSettings;
  if (vignette) {
    fill.mode = TextFillMode.Texture;
    fill.texture = vignette;
    fill.tileZone = TileZone.Screen;
    fill.tileCount = 1;
    fill.textureStretch = StretchMode.Stretch;
  }
  return { object, fill };
}
