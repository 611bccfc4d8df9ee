/** A grid of square pictures, row by row from the top left. */
export interface SpriteSheet {
  readonly columns: number;
  readonly rows: number;
  /** Whether the last picture leads to the first; otherwise they show something that begins and ends. */
  readonly loops: boolean;
}

const loop = { loops: true };
const once = { loops: false };
const four = { columns: 2, rows: 2 };
const eight = { columns: 4, rows: 2 };
const sixteen = { columns: 4, rows: 4 };

/** The sheets in `Art`, by the names of their files. */
export const SPRITE_SHEETS = {
  /** A twinkle: small, flaring, small. */
  Sparkle: { ...eight, ...loop },
  /** One beat. */
  Heart: { ...eight, ...loop },
  /** A turn of a piece of paper. */
  Confetti: { ...sixteen, ...loop },
  /** A falling drop that wobbles. */
  Rain: { ...four, ...loop },
  /** A puff from its birth until it has dissolved. */
  Steam: { ...sixteen, ...once },
  /** A wobble. */
  Bubble: { ...eight, ...loop },
  /** A turn in the air. */
  Petal: { ...sixteen, ...loop },
  /** A gleam that crosses the star. */
  Star: { ...eight, ...loop },
  /** Billows that swell and sink. */
  StormCloud: { ...four, ...loop },
  /** A strike: its leader, a flash, a second flash, its afterglow. */
  Lightning: { ...eight, ...once },
  /** A blink: open, half closed, nearly closed, closed. */
  ComicEye: { ...four, ...once },
  /** A pulse. */
  Blush: { ...four, ...loop },
  /** A tear wells up at the upper edge and runs down to the lower one, leaving a wet trail. */
  Tear: { ...sixteen, ...once },
  /** The mark of anger in comics, throbbing. */
  Anger: { ...four, ...loop },
} as const satisfies Record<string, SpriteSheet>;
