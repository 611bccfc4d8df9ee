import { createText } from '../EmotionDetector/CreateText';
import type { Dress } from './Piece';

/** Side of the room for an emoji on a head, in centimetres. */
const ROOM = 4;

/** Emoji to be given to pieces in turn. @param opacity 0..1. */
export function emoji(glyphs: readonly string[], opacity = 1): Dress[] {
  return glyphs.map((glyph) => (object, order) => {
    const text = createText(object, order);
    text.text = glyph;
    text.depthTest = false;
    text.twoSided = true;
    text.worldSpaceRect = Rect.create(-ROOM / 2, ROOM / 2, -ROOM / 2, ROOM / 2);
    text.textFill.color = new vec4(1, 1, 1, opacity);
    return { side: ROOM, grow: 1 };
  });
}
