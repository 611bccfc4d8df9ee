/** How a plane lies in the picture: turned about its centre, scaled and moved; lengths in pixels. */
export interface Frame {
  readonly x: number;
  readonly y: number;
  /** Radians, clockwise. */
  readonly roll: number;
  /** Pixels of one unit across and down. */
  readonly scaleU: number;
  readonly scaleV: number;
}

/** How much of a point is covered, 0..1. */
type Coverage = (u: number, v: number) => number;
/** Left, top, right, bottom. */
type Box = readonly [number, number, number, number];

/** 0 below `low`, 1 above `high`, smooth between. */
export function smoothStep(low: number, high: number, x: number): number {
  const t = Math.min(1, Math.max(0, (x - low) / (high - low)));
  return t * t * (3 - 2 * t);
}

/** 1 between `low` and `high`, 0 outside, smooth over `blur` on both sides of either. */
function within(low: number, high: number, blur: number, x: number): number {
  return smoothStep(low - blur, low + blur, x) * (1 - smoothStep(high - blur, high + blur, x));
}

/**
 * Paints soft shapes on a square grey picture. Shapes are given in the coordinates of a {@link Frame}, in which u runs
 * to the right and v down; edges are `blur` units wide, which smooths them.
 */
export class Painter {
  /** Tones, 0 black to 1 white, [size, size]. */
  readonly tones: Float32Array;

  constructor(readonly size: number) {
    this.tones = new Float32Array(size * size);
  }

  /** Blends a tone into every pixel of the box by its coverage. */
  blend(
    frame: Frame,
    box: Box,
    tone: number | ((u: number, v: number, before: number) => number),
    coverage: Coverage,
  ): void {
    const cos = Math.cos(frame.roll);
    const sin = Math.sin(frame.roll);
    const [left, top, right, bottom] = this.#pixels(frame, box, cos, sin);
    for (let row = top; row < bottom; row++) {
      for (let column = left; column < right; column++) {
        const dx = column + 0.5 - frame.x;
        const dy = row + 0.5 - frame.y;
        const u = (cos * dx + sin * dy) / frame.scaleU;
        const v = (cos * dy - sin * dx) / frame.scaleV;
        const share = coverage(u, v);
        if (share <= 0) continue;
        const i = row * this.size + column;
        const before = this.tones[i];
        this.tones[i] = before + share * ((typeof tone === 'number' ? tone : tone(u, v, before)) - before);
      }
    }
  }

  /** Pixels that a box of the frame may touch. */
  #pixels(frame: Frame, [left, top, right, bottom]: Box, cos: number, sin: number): Box {
    const corners = [left, right].flatMap((u) => [top, bottom].map((v) => [u * frame.scaleU, v * frame.scaleV]));
    const xs = corners.map(([a, b]) => frame.x + cos * a - sin * b);
    const ys = corners.map(([a, b]) => frame.y + sin * a + cos * b);
    const inside = (value: number) => Math.min(this.size, Math.max(0, value));
    return [
      inside(Math.floor(Math.min(...xs))),
      inside(Math.floor(Math.min(...ys))),
      inside(Math.ceil(Math.max(...xs))),
      inside(Math.ceil(Math.max(...ys))),
    ];
  }

  /** An ellipse with an edge `blur` wide; the higher the blur, the more it is a soft shadow. */
  ellipse(
    frame: Frame,
    u: number,
    v: number,
    ru: number,
    rv: number,
    tone: number,
    opacity: number,
    blur = 0.03,
  ): void {
    const margin = 1 + blur / Math.min(ru, rv);
    const soft = blur / Math.min(ru, rv);
    this.blend(frame, [u - ru * margin, v - rv * margin, u + ru * margin, v + rv * margin], tone, (a, b) => {
      const radius = Math.hypot((a - u) / ru, (b - v) / rv);
      return opacity * (1 - smoothStep(1 - soft, 1 + soft, radius));
    });
  }

  /** The area between two curves over u from `left` to `right`. */
  between(
    frame: Frame,
    left: number,
    right: number,
    upper: (u: number) => number,
    lower: (u: number) => number,
    tone: number,
    opacity: number,
    blur = 0.02,
  ): void {
    const samples = Array.from({ length: 9 }, (_, i) => left + ((right - left) * i) / 8);
    const top = Math.min(...samples.map(upper)) - 2 * blur;
    const bottom = Math.max(...samples.map(lower)) + 2 * blur;
    this.blend(frame, [left - blur, top, right + blur, bottom], tone, (u, v) => {
      const sides = within(left, right, blur, u);
      const inside = smoothStep(-blur, blur, v - upper(u)) * smoothStep(-blur, blur, lower(u) - v);
      return opacity * sides * inside;
    });
  }

  /** A line along v = curve(u) that grows thin towards its ends. */
  line(
    frame: Frame,
    left: number,
    right: number,
    curve: (u: number) => number,
    width: number,
    tone: number,
    opacity: number,
    blur = 0.02,
  ): void {
    const half = (u: number) =>
      (width / 2) * Math.sqrt(Math.max(0.1, 1 - ((2 * u - left - right) / (right - left)) ** 2));
    this.between(
      frame,
      left,
      right,
      (u) => curve(u) - half(u),
      (u) => curve(u) + half(u),
      tone,
      opacity,
      blur,
    );
  }

  /** A line along u = curve(v), from top to bottom. */
  upright(
    frame: Frame,
    top: number,
    bottom: number,
    curve: (v: number) => number,
    width: number,
    tone: number,
    opacity: number,
    blur = 0.02,
  ): void {
    const reach = width / 2 + blur;
    const ends = [curve(top), curve((top + bottom) / 2), curve(bottom)];
    this.blend(
      frame,
      [Math.min(...ends) - reach, top - blur, Math.max(...ends) + reach, bottom + blur],
      tone,
      (u, v) =>
        opacity * within(top, bottom, blur, v) * (1 - smoothStep(width / 2 - blur, reach, Math.abs(u - curve(v)))),
    );
  }
}
