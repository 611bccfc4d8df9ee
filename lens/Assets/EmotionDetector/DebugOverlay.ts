import { type DebugState, debugText } from './DebugText';
import type { EmotionModel } from './EmotionModel';
import { FRAMING } from './Framing';
import { ScreenPanel } from './ScreenPanel';

/** Seconds between two texts, so that they can be read and cost little. */
const REFRESH = 0.2;

/** Over everything else on the screen. */
const RENDER_ORDER = 1000;

/** Width through height of a phone's screen, to make the picture about square. */
const SCREEN_ASPECT = 9 / 16;

/** Side of the picture in parts of the screen's width. */
const PICTURE = 0.35;

/** Side of a guide mark in parts of the picture. */
const MARK = 0.05;

/** Shows what the detector sees and decides: bars, times, and the picture that the model gets with guide marks. */
export class DebugOverlay {
  private readonly panels: ScreenPanel[] = [];
  private readonly text: Text;
  private seconds = 0;
  private frames = 0;

  /** @param screen an object that covers the screen, with a screen transform (Full Frame Region). */
  constructor(
    screen: SceneObject,
    crop: Texture,
    private readonly state: DebugState,
    private readonly model: EmotionModel,
  ) {
    this.text = this.addPanel('Expressions', screen, Rect.create(-0.9, 0.1, -0.75, -0.35), 1).text;
    this.text.horizontalAlignment = HorizontalAlignment.Left;

    const top = -0.35;
    const area = Rect.create(0.9 - 2 * PICTURE, 0.9, top - 2 * PICTURE * SCREEN_ASPECT, top);
    const picture = this.addPanel('What the model sees', screen, area, 1).show(crop);
    const isFace = (crop.control as FaceCropTextureProvider).textureScale !== undefined;
    if (isFace) this.addMarks(picture.object);

    if (!isFace && (crop.control as RectCropTextureProvider).cropRect === undefined) return;
    const place = this.addPanel('Where it looks', screen, Rect.create(-1, 1, -1, 1), 0);
    place.paint(new vec4(0, 1, 0, 0.15)).object.createComponent('RectangleSetter').cropTexture = crop;
  }

  /** @param dt seconds since the last frame. */
  update(dt: number): void {
    this.seconds += dt;
    this.frames++;
    if (this.seconds < REFRESH) return;
    this.text.text = debugText(this.state, this.frames / this.seconds, this.model);
    this.seconds = 0;
    this.frames = 0;
  }

  destroy(): void {
    // The screen may have been destroyed before, and its children with it.
    for (const { object } of this.panels) if (!isNull(object)) object.destroy();
  }

  /** Marks where the eyes, the mouth and the chin should lie. */
  private addMarks(picture: SceneObject): void {
    const { eyeLine, eyeDistance, mouthLine, chinLine } = FRAMING;
    this.addMark('Left eye', picture, 0.5 - eyeDistance / 2, eyeLine);
    this.addMark('Right eye', picture, 0.5 + eyeDistance / 2, eyeLine);
    this.addMark('Mouth', picture, 0.5, mouthLine);
    this.addMark('Chin', picture, 0.5, chinLine);
  }

  /** @param x @param y its middle in parts of the picture, from the left and from the top. */
  private addMark(name: string, picture: SceneObject, x: number, y: number): void {
    const [centerX, centerY] = [2 * x - 1, 1 - 2 * y];
    const area = Rect.create(centerX - MARK, centerX + MARK, centerY - MARK, centerY + MARK);
    new ScreenPanel(name, picture, area, RENDER_ORDER + 2).paint(new vec4(1, 0.9, 0, 1));
  }

  private addPanel(name: string, screen: SceneObject, area: Rect, order: number): ScreenPanel {
    const panel = new ScreenPanel(name, screen, area, RENDER_ORDER + order);
    this.panels.push(panel);
    return panel;
  }
}
