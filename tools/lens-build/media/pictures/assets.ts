import sharp from 'sharp';

/** Side of a lens's icon in pixels, as Snap asks for it. */
const ICON_SIZE = 320;

/** A face, half beaming and half sulking, with a sparkle. */
const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 320" width="${ICON_SIZE}" height="${ICON_SIZE}">
  <defs>
    <linearGradient id="sky" x1="0" y1="0" x2="1" y2="1">
      <stop offset="0" stop-color="#6a3df0"/><stop offset="1" stop-color="#2b1a78"/>
    </linearGradient>
    <linearGradient id="warm" x1="0" y1="0" x2="0" y2="1">
      <stop offset="0" stop-color="#ffb26b"/><stop offset="1" stop-color="#ff6f61"/>
    </linearGradient>
    <linearGradient id="cool" x1="0" y1="0" x2="0" y2="1">
      <stop offset="0" stop-color="#7fe3e0"/><stop offset="1" stop-color="#2f9fd0"/>
    </linearGradient>
    <clipPath id="head"><circle cx="160" cy="168" r="116"/></clipPath>
  </defs>
  <rect width="320" height="320" fill="url(#sky)"/>
  <g clip-path="url(#head)">
    <rect width="320" height="320" fill="url(#warm)"/>
    <path d="M172 40 L148 112 L172 176 L148 236 L168 300 H300 V40 Z" fill="url(#cool)"/>
    <path d="M172 40 L148 112 L172 176 L148 236 L168 300" fill="none" stroke="#fff" stroke-width="7" stroke-linejoin="round"/>
  </g>
  <g fill="none" stroke="#241453" stroke-width="17" stroke-linecap="round" stroke-linejoin="round">
    <path d="M86 152 Q108 118 130 152"/>
    <path d="M84 198 C100 250 146 250 164 232 S214 206 234 246"/>
    <path d="M188 112 L230 126" stroke-width="13"/>
  </g>
  <circle cx="210" cy="156" r="17" fill="#241453"/>
  <circle cx="204" cy="150" r="5.5" fill="#fff"/>
  <path d="M238 172 Q256 200 238 208 Q220 200 238 172 Z" fill="#fff" fill-opacity="0.92"/>
  <path d="M66 28 Q72 66 110 72 Q72 78 66 116 Q60 78 22 72 Q60 66 66 28 Z" fill="#fff3c4"/>
  <path d="M270 30 Q273 49 292 52 Q273 55 270 74 Q267 55 248 52 Q267 49 270 30 Z" fill="#fff3c4"/>
</svg>`;

/** Draws the lens's icon, 320 × 320 pixels, as PNG. */
export async function drawIcon(): Promise<Uint8Array> {
  return sharp(Buffer.from(ICON)).png({ compressionLevel: 9 }).toBuffer();
}

/** Side in pixels; it is stretched over the screen, and smooth. */
const SIZE = 256;
/** Distance from the middle, in halves of the side, up to which nothing is to be seen. */
const CLEAR = 0.55;

/** Draws the picture that screen tints follow: white, transparent in the middle and opaque in the corners, as PNG. */
export async function drawVignette(): Promise<Uint8Array> {
  const pixels = Buffer.alloc(SIZE * SIZE * 4, 255);
  const middle = (SIZE - 1) / 2;
  for (let y = 0; y < SIZE; y++)
    for (let x = 0; x < SIZE; x++) {
      const distance = Math.hypot(x - middle, y - middle) / (SIZE / 2);
      const edge = Math.min(1, Math.max(0, (distance - CLEAR) / (Math.SQRT2 - CLEAR)));
      pixels[4 * (y * SIZE + x) + 3] = Math.round(255 * edge * edge * (3 - 2 * edge));
    }
  return sharp(pixels, { raw: { width: SIZE, height: SIZE, channels: 4 } })
    .png({ compressionLevel: 9 })
    .toBuffer();
}
