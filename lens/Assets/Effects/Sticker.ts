import { pop, smoothstep } from './Easing';
import type { EffectFrame, EffectPart } from './EffectStage';
import type { Dress, Piece, Place } from './Piece';

/** One piece that stays where it is put, like a cloud above the head. */
export class Sticker implements EffectPart {
  private piece: Piece | undefined;

  /** @param size see `Piece.place`. */
  constructor(
    private readonly place: Place,
    private readonly dress: Dress,
    private readonly size: number,
  ) {}

  prepare(): boolean {
    if (this.piece) return false;
    this.piece = this.place(this.dress);
    return true;
  }

  /** Pops up, and stays. @param grow factor to its size. @param angle radians. */
  popUp(frame: EffectFrame, x: number, y: number, z: number, grow = 1, angle = 0): void {
    const size = this.size * grow * pop(frame.time) * smoothstep(0, 0.5, frame.intensity);
    this.piece?.place(x, y, z, size, angle, frame.time, 0);
  }

  /** Fades in at its full size. @param part of what it shows that is over, 0..1, if its sheet does not loop. */
  fadeIn(frame: EffectFrame, x: number, y: number, z: number, opacity: number, part = 0): void {
    const seen = opacity * frame.intensity;
    this.piece?.place(x, y, z, seen > 0 ? this.size : 0, 0, frame.time, part, seen);
  }

  rest(): void {
    this.piece?.hide();
  }
}
