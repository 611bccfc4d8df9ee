import { pop, smoothstep } from './Easing';
import type { EffectFrame, EffectPart } from './EffectStage';
import type { Emoji, EmojiFactory } from './Emoji';

/** One emoji that pops up and stays, like a cloud above the head. */
export class Sticker implements EffectPart {
  private emoji: Emoji | undefined;

  /** @param size see `Emoji.place`. */
  constructor(
    private readonly create: EmojiFactory,
    private readonly glyph: string,
    private readonly size: number,
  ) {}

  prepare(): boolean {
    if (this.emoji) return false;
    this.emoji = this.create(this.glyph, 1);
    return true;
  }

  /** @param grow factor to its size. @param angle radians. */
  place(frame: EffectFrame, x: number, y: number, z: number, grow = 1, angle = 0): void {
    const size = this.size * grow * pop(frame.time) * smoothstep(0, 0.5, frame.intensity);
    this.emoji?.place(x, y, z, size, angle);
  }

  rest(): void {
    this.emoji?.hide();
  }
}
