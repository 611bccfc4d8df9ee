import { createText } from './CreateText';

/** A text with a plain or pictured background on the screen; needs no material. */
export class ScreenPanel {
  readonly object: SceneObject;
  readonly text: Text;

  /**
   * @param parent an object with a screen transform.
   * @param area sides in parts of the parent, −1..1.
   * @param order drawn over panels of lower order.
   */
  constructor(name: string, parent: SceneObject, area: Rect, order: number) {
    this.object = global.scene.createSceneObject(name);
    this.object.setParent(parent);
    this.object.layer = parent.layer;
    this.object.createComponent('ScreenTransform').anchors = area;
    this.text = createText(this.object, order);
  }

  /** Fills the area with a colour. */
  paint(color: vec4): this {
    const { backgroundSettings, textFill } = this.text;
    // A block letter as large as the area: a background only surrounds letters.
    this.text.text = '\u2588';
    textFill.color = color;
    backgroundSettings.enabled = true;
    backgroundSettings.margins = Rect.create(0, 0, 0, 0);
    backgroundSettings.fill.color = color;
    return this;
  }

  /** Shows a texture, laid over the area: whatever is drawn of letter and background shows it in its right place. */
  show(texture: Texture): this {
    this.paint(new vec4(1, 1, 1, 1));
    for (const fill of [this.text.textFill, this.text.backgroundSettings.fill]) {
      fill.mode = TextFillMode.Texture;
      fill.texture = texture;
      fill.tileZone = TileZone.Rect;
      fill.tileCount = 1;
      fill.textureStretch = StretchMode.Stretch;
    }
    return this;
  }
}
